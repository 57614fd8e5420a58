import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { beforeEach, describe, expect, it, vi } from 'vitest'
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

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILV5MoHhCy1DW7/21X6+3DxncJgcdsVSh2SyAvwhVrnd you@laptop'

/** A home with these files in `~/.ssh`. */
function homeWith(keys: Readonly<Record<string, string>>): string {
  const home = scratchFolder()
  mkdirSync(join(home, '.ssh'))
  for (const [name, text] of Object.entries(keys)) writeFileSync(join(home, '.ssh', name), text)
  vi.stubEnv('HOME', home)
  return home
}

beforeEach(() => {
  homeWith({ 'id.pub': KEY })
  return () => {
    vi.unstubAllEnvs()
  }
})

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
    await bramble(['init', '--name', 'no', '--domain', 'on.net', '--node', 'null=1.2.3.4,1e3'], { folder })
    expect(parse(readFileSync(join(folder, 'cluster.yaml'), 'utf8'))).toMatchObject({
      cluster: 'no',
      nodes: { null: { address: '1.2.3.4' }, '1e3': {} },
    })
  })

  it.each([
    [
      'the usual key before others',
      { 'a.pub': KEY, 'id_rsa.pub': KEY, 'id_ed25519.pub': KEY },
      '~/.ssh/id_ed25519.pub',
    ],
    ['another one when that is all', { 'deploy.pub': KEY, 'id_ed25519.pub': 'cut off' }, '~/.ssh/deploy.pub'],
  ])('takes from ~/.ssh %s', async (_, keys, found) => {
    homeWith(keys)
    const folder = scratchFolder()
    const { out } = await bramble(['init', ...ANSWERS], { folder })
    expect(out).toContain(`Who may log in to the nodes: ${found}\n`)
    expect(readFileSync(join(folder, 'cluster.yaml'), 'utf8')).toContain(`authorized_keys: [${found}]`)
    expect(await bramble(['check'], { folder })).toMatchObject({ code: 0, err: '' })
  })

  it('says what to do where there is no key', async () => {
    homeWith({})
    const { out } = await bramble(['init', ...ANSWERS], { folder: scratchFolder() })
    expect(out).toContain('ssh-keygen -t ed25519')
  })

  it('names a key as it is found from the cluster file, wherever it was named from', async () => {
    const folder = scratchFolder()
    writeFileSync(join(folder, 'mine.pub'), KEY)
    await bramble(['init', '-C', 'new', ...ANSWERS, '--key', 'mine.pub'], { folder })
    expect(await bramble(['check', '-C', 'new'], { folder })).toMatchObject({ code: 0, err: '' })
  })

  it.each([
    [['--name', 'Büro'], 'NAME_NOT_DNS_LABEL', 'call it buero', '--name'],
    [['--name', 'office', '--domain', 'x: y'], 'BAD_VALUE', 'write a domain you own', '--domain'],
    [['--user', 'Pi'], 'BAD_VALUE', 'use lower-case letters', '--user'],
    [['--node', 'all=192.0.2.1'], 'NAME_RESERVED', 'choose another name', '--node all'],
    [['--node', 'x=192.0.2.300'], 'BAD_VALUE', 'write an address', '--node x'],
    [['--node', 'x=192.168.1.10'], 'DUPLICATE_ADDRESS', 'correct the address', '--node x'],
    [['--node', 'ears=192.0.2.9'], 'YAML_DUPLICATE_KEY', 'give one of them another name', '--node ears'],
    [['--key', 'nowhere.pub'], 'AUTHORIZED_KEY_MISSING', 'write the path of a .pub file', '--key'],
  ])('writes nothing that the check would refuse: %j', async (words, code, fix, option) => {
    const folder = scratchFolder()
    const end = await bramble(['init', ...ANSWERS, ...words], { folder })
    expect(end.code).toBe(1)
    expect(end.err).toContain(`error ${code}`)
    expect(end.err).toContain(fix)
    expect(end.err).toContain(`\n  ${option}`)
    expect(existsSync(join(folder, 'cluster.yaml'))).toBe(false)
  })

  it('writes a file that the check takes, or none, whatever is answered', { timeout: 120_000 }, async () => {
    const odd = fc.oneof(
      fc.constantFrom(
        'on',
        'null',
        '1e3',
        'a.b',
        '192.0.2.7',
        'fe80::1',
        'com',
        ' x',
        "'",
        '#',
        '{',
        'x: y',
        '-',
      ),
      fc.string({ minLength: 1, maxLength: 6, unit: 'grapheme' }),
    )
    const usually = (usual: string) => fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, odd)
    const node = fc.tuple(usually('ears'), fc.option(usually('192.0.2.9')))
    const nodes = fc.array(node, { minLength: 1, maxLength: 2 })
    let written = 0
    await fc.assert(
      fc.asyncProperty(
        usually('office'),
        usually('example.net'),
        usually('pi'),
        nodes,
        async (name, domain, user, named) => {
          const folder = scratchFolder()
          const words = named.map(
            ([one, address]) => `--node=${address === null ? one : `${one}=${address}`}`,
          )
          const answers = [`--name=${name}`, `--domain=${domain}`, `--user=${user}`, ...words]
          const { code } = await bramble(['init', ...answers], { folder })
          expect(existsSync(join(folder, 'cluster.yaml'))).toBe(code === 0)
          if (code !== 0) return
          written += 1
          expect(await bramble(['check'], { folder })).toMatchObject({ code: 0 })
        },
      ),
      { numRuns: 100 },
    )
    expect(written).toBeGreaterThan(5)
  })
})
