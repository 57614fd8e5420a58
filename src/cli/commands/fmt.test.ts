import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bramble, scratchFolder } from '../../../test/cli/command-run.ts'

const UGLY = 'cluster:   office # where we work\nnodes: {hammond: {address: 192.0.2.1}}\n'
const NEAT = 'cluster: office # where we work\nnodes: { hammond: { address: 192.0.2.1 } }\n'

function folderWith(text: string): string {
  const folder = scratchFolder()
  writeFileSync(join(folder, 'cluster.yaml'), text)
  return folder
}

const textIn = (folder: string): string => readFileSync(join(folder, 'cluster.yaml'), 'utf8')

describe('fmt', () => {
  it('writes the cluster file, names it, and has nothing to do the second time', async () => {
    const folder = folderWith(UGLY)
    chmodSync(join(folder, 'cluster.yaml'), 0o640)
    expect(await bramble(['fmt'], { folder })).toEqual({ code: 0, out: 'cluster.yaml\n', err: '' })
    expect(textIn(folder)).toBe(NEAT)
    expect(statSync(join(folder, 'cluster.yaml')).mode & 0o777).toBe(0o640)
    expect(await bramble(['fmt'], { folder })).toEqual({ code: 0, out: '', err: '' })
  })

  it('writes what the cluster file includes, too', async () => {
    const folder = folderWith(`include: [nodes.yaml]\n${NEAT}`)
    writeFileSync(join(folder, 'nodes.yaml'), 'groups:   {all: hammond}\n')
    expect(await bramble(['fmt'], { folder })).toEqual({ code: 0, out: 'nodes.yaml\n', err: '' })
    expect(readFileSync(join(folder, 'nodes.yaml'), 'utf8')).toBe('groups: { all: hammond }\n')
  })

  it('only looks with --check, and ends with 2', async () => {
    const folder = folderWith(UGLY)
    expect(await bramble(['fmt', '--check'], { folder })).toMatchObject({ code: 2, out: 'cluster.yaml\n' })
    expect(textIn(folder)).toBe(UGLY)
    expect(await bramble(['fmt', '--check'], { folder: folderWith(NEAT) })).toMatchObject({
      code: 0,
      out: '',
    })
  })

  it('shows lines with --diff, and writes nothing', async () => {
    const folder = folderWith(UGLY)
    const { code, out } = await bramble(['fmt', '--diff'], { folder })
    expect([code, textIn(folder)]).toEqual([0, UGLY])
    expect(out).toContain('- cluster:   office # where we work\n')
    expect(out).toContain('+ cluster: office # where we work\n')
  })

  it('is a filter with -', async () => {
    expect(await bramble(['fmt', '-'], { piped: UGLY })).toEqual({ code: 0, out: NEAT, err: '' })
    expect((await bramble(['fmt', '--check', '-'], { piped: UGLY })).code).toBe(2)
    expect((await bramble(['fmt', '-', 'x.yaml'], { piped: UGLY })).code).toBe(64)
  })

  it('formats the files that are named, whatever is wrong with others', async () => {
    const folder = folderWith(NEAT)
    writeFileSync(join(folder, 'a.yaml'), UGLY)
    writeFileSync(join(folder, 'b.yaml'), 'cluster: [office\n')
    const { code, out, err } = await bramble(['fmt', 'a.yaml', 'b.yaml', 'cluster.yaml'], { folder })
    expect([code, out]).toEqual([1, 'a.yaml\n'])
    expect(err).toMatch(/error YAML_SYNTAX.*\n.*b\.yaml:\d+:\d+/)
    expect(readFileSync(join(folder, 'b.yaml'), 'utf8')).toBe('cluster: [office\n')
  })

  it('answers programs', async () => {
    const { out } = await bramble(['fmt', '--json'], { folder: folderWith(UGLY) })
    expect(JSON.parse(out)).toEqual({ changed: ['cluster.yaml'], unchanged: [] })
  })

  it('says that there is no cluster file, and that TypeScript is none of its business', async () => {
    expect((await bramble(['fmt'], { folder: scratchFolder() })).err).toContain('CLUSTER_FILE_MISSING')
    const folder = scratchFolder()
    writeFileSync(join(folder, 'cluster.ts'), '')
    expect(await bramble(['fmt'], { folder })).toMatchObject({ code: 64 })
  })
})
