import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bramble, scratchFolder } from '../../../test/cli/command-run.ts'

const ANSWERS = [
  '--name',
  'office',
  '--domain',
  'office.example.net',
  '--node',
  'hammond=192.168.1.10,oneil=fd00::2',
  '--node',
  'ears',
]

describe('init', () => {
  it('writes a cluster file that passes the check, with what editors need', async () => {
    const folder = scratchFolder()
    const { code, out } = await bramble(['init', ...ANSWERS, '--user', 'kai', '--key', '~/.ssh/id.pub'], {
      folder,
    })
    expect(code).toBe(0)
    expect(out).toContain('Wrote cluster.yaml, cluster.schema.json, .gitignore.')
    const text = readFileSync(join(folder, 'cluster.yaml'), 'utf8')
    expect(text).toMatch(/^# yaml-language-server: \$schema=\.\/cluster\.schema\.json\n/)
    expect(text).toContain('hammond: { address: 192.168.1.10 }')
    expect(text).toContain('oneil: { address: fd00::2 }')
    expect(text).toContain('ears: {}')
    expect(text).toContain('authorized_keys: [~/.ssh/id.pub]')
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('.bramble/\n')
    const schema = JSON.parse(readFileSync(join(folder, 'cluster.schema.json'), 'utf8')) as object
    expect(schema).toMatchObject({ title: 'Cluster file' })
  })

  it('writes nothing that the check would object to', async () => {
    const folder = scratchFolder()
    await bramble(['init', ...ANSWERS], { folder })
    const { code, out } = await bramble(['check', '--json'], { folder })
    expect(JSON.parse(out)).toMatchObject({ cluster: 'office', diagnostics: [] })
    expect(code).toBe(0)
  })

  it('makes the folder that is named, and says how to go on there', async () => {
    const folder = scratchFolder()
    const { out } = await bramble(['init', '-C', 'new/office', ...ANSWERS], { folder })
    expect(existsSync(join(folder, 'new/office/cluster.yaml'))).toBe(true)
    expect(out).toContain('bramble -C new/office check')
  })

  it('never replaces a cluster file', async () => {
    const folder = scratchFolder()
    writeFileSync(join(folder, 'cluster.yml'), 'mine')
    const { code, err } = await bramble(['init', ...ANSWERS], { folder })
    expect(code).toBe(1)
    expect(err).toContain('error CLUSTER_FILE_THERE')
    expect(existsSync(join(folder, 'cluster.yaml'))).toBe(false)
  })

  it('leaves a .gitignore as it is', async () => {
    const folder = scratchFolder()
    writeFileSync(join(folder, '.gitignore'), 'mine\n')
    const { out } = await bramble(['init', ...ANSWERS], { folder })
    expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('mine\n')
    expect(out).toContain('Wrote cluster.yaml, cluster.schema.json.')
  })

  it('names the options that are missing when nobody is there to ask', async () => {
    const { code, err } = await bramble(['init', '--name', 'office'], { folder: scratchFolder() })
    expect(code).toBe(1)
    expect(err).toContain('error ANSWERS_MISSING: nobody is there to ask for --domain, --node')
  })

  it('refuses a node that is not name=address', async () => {
    const { code, err } = await bramble(['init', '--node', 'a=b=c'], { folder: scratchFolder() })
    expect(code).toBe(64)
    expect(err).toContain('--node takes name=address')
  })

  it('writes what was answered as it is, whatever YAML would make of it', async () => {
    const folder = scratchFolder()
    await bramble(['init', '--name', 'no', '--domain', 'x: y', '--node', 'on=[a] #b'], { folder })
    expect(parse(readFileSync(join(folder, 'cluster.yaml'), 'utf8'))).toMatchObject({
      cluster: 'no',
      domain: 'x: y',
      nodes: { on: { address: '[a] #b' } },
    })
  })
})
