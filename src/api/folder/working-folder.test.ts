import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { run } from '../../support/run.ts'
import { clusterFolder } from './cluster-folder.ts'
import { workingFolder } from './working-folder.ts'

const NOBODY = 65_534
const isRoot = process.getuid?.() === 0
const namespaces = isRoot ? await run('unshare', ['--mount', 'true']) : undefined
const noMounts = namespaces?.code === 0 ? undefined : 'a mount namespace of its own needs root'
if (noMounts !== undefined) console.warn(`working-folder.test.ts is skipped in part: ${noMounts}`)

let top = ''
let folder = ''
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'bramble-working-'))
  chmodSync(top, 0o755)
  folder = join(top, 'cluster')
  mkdirSync(folder)
})
afterEach(() => rmSync(top, { recursive: true, force: true }))

/** Runs as a user who owns nothing here; who is no other user than root already runs so. */
function asNobody<Result>(work: () => Result): Result {
  const runtime = process.env['XDG_RUNTIME_DIR']
  delete process.env['XDG_RUNTIME_DIR']
  if (isRoot) process.seteuid?.(NOBODY)
  else chmodSync(folder, 0o555)
  try {
    return work()
  } finally {
    if (isRoot) process.seteuid?.(0)
    if (runtime !== undefined) process.env['XDG_RUNTIME_DIR'] = runtime
  }
}

describe('the folder to work in', () => {
  it('is the cluster’s own, private, and ignored by git', () => {
    const paths = clusterFolder(folder, false)
    expect(workingFolder(paths, 'change')).toBe(join(folder, '.bramble'))
    expect(statSync(join(folder, '.bramble')).mode & 0o777).toBe(0o700)
    expect(readdirSync(join(folder, '.bramble'))).toEqual(['.gitignore'])
  })

  it('is another private one for somebody who only looks and may not write there', () => {
    const elsewhere = asNobody(() => workingFolder(clusterFolder(folder, false), 'look'))
    expect(elsewhere.startsWith(folder)).toBe(false)
    expect(statSync(elsewhere).mode & 0o777).toBe(0o700)
    expect(asNobody(() => workingFolder(clusterFolder(folder, false), 'look'))).toBe(elsewhere)
    expect(existsSync(join(folder, '.bramble'))).toBe(false)
    rmSync(elsewhere, { recursive: true })
  })

  it('is no folder that somebody else made first', () => {
    const paths = clusterFolder(folder, false)
    const elsewhere = asNobody(() => workingFolder(paths, 'look'))
    rmSync(elsewhere, { recursive: true })
    if (isRoot) {
      mkdirSync(elsewhere, { mode: 0o777 })
      expect(() => asNobody(() => workingFolder(paths, 'look'))).toThrow(/FOLDER_UNWRITABLE/)
      rmSync(elsewhere, { recursive: true })
    }
  })

  it('is asked for in vain by an apply, which says whose it is (FOLDER_UNWRITABLE)', () => {
    const paths = clusterFolder(folder, false)
    if (isRoot) workingFolder(paths, 'change')
    expect(() => asNobody(() => workingFolder(paths, 'change'))).toThrow(/belongs to another user/)
  })
})

describe.skipIf(noMounts !== undefined)('on a file system that is mounted read-only', () => {
  const main = join(import.meta.dirname, '../../cli/main.ts')
  const inside = join(import.meta.dirname, '../../../test/cli/read-only.sh')

  /** Runs `bramble` in a mount namespace in which the folder of the cluster is read-only. */
  async function bramble(...words: string[]) {
    const command = [process.execPath, '--import', import.meta.resolve('jiti/register'), main, ...words]
    const environment = { ...process.env, XDG_RUNTIME_DIR: top, HOME: top, NO_COLOR: '1' }
    const { code, stdout, stderr } = await run('unshare', ['--mount', 'sh', inside, folder, ...command], {
      environment,
    })
    return { code, text: stdout.toString() + stderr }
  }

  it('looks without a place to write, and changes nothing', { timeout: 120_000 }, async () => {
    writeFileSync(
      join(folder, 'cluster.yaml'),
      'cluster: office\ndomain: home.arpa\nnodes:\n  ada: { address: 127.0.0.1, port: 9 }\nroles:\n  base: { on: all }\n',
    )
    const config = await bramble('ssh-config')
    expect(config.text).toContain('Host ada')
    expect(config.code).toBe(0)
    for (const verb of ['plan', 'status']) {
      const { code, text } = await bramble(verb)
      expect(text).toMatch(/NODE_UNREACHABLE|unreachable|refused/i)
      expect(text).not.toMatch(/EROFS|DEFECT/)
      expect(code).toBe(1)
    }
    const apply = await bramble('apply', '--yes')
    expect(apply.text).toContain('FOLDER_UNWRITABLE')
    expect(apply.text).toContain('mounted read-only')
    expect(apply.code).toBe(1)
    expect(readdirSync(folder)).toEqual(['cluster.yaml'])
  })
})
