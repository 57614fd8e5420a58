import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { secretTextsOf } from './file-wish.ts'
import { readWishedFiles } from './read-files.ts'

const where = { file: 'cluster.yaml', line: 1, column: 1, length: 0 }
let top = ''
let folder = ''

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'bramble-files-'))
  folder = join(top, 'cluster')
  mkdirSync(folder)
})
afterEach(() => rmSync(top, { recursive: true, force: true }))

async function read(...paths: string[]) {
  return readWishedFiles(
    paths.map((path) => ({ path, where })),
    folder,
  )
}

const codes = async (...paths: string[]) => (await read(...paths)).diagnostics.map(({ code }) => code)

describe('files beside the cluster file', () => {
  it('arrive byte for byte, text or not, and are no secret', async () => {
    const bytes = Buffer.from([0, 255, 10, 13, 128])
    mkdirSync(join(folder, 'deep'))
    writeFileSync(join(folder, 'deep/file name'), bytes)
    const { files, diagnostics } = await read('deep/file name', './deep/../deep/file name')
    expect(diagnostics).toEqual([])
    expect([...files.values()].map((content) => content.bytes)).toEqual([bytes, bytes])
    expect([...files.values()].map(({ sensitive }) => sensitive)).toEqual([false, false])
  })

  it('are secret everywhere as soon as one wish says so', async () => {
    writeFileSync(join(folder, 'key'), 'correct horse battery staple\n')
    const wishes = [
      { path: 'key', where },
      { path: 'key', where, secret: true },
    ]
    const { files } = readWishedFiles(wishes, folder)
    expect(files.get('key')?.sensitive).toBe(true)
    expect(secretTextsOf(files)).toEqual([{ name: 'key', text: 'correct horse battery staple\n' }])
  })

  it('are refused when they lie outside of its folder, by path or by link', async () => {
    writeFileSync(join(top, 'outside'), 'x')
    symlinkSync('../outside', join(folder, 'link'))
    symlinkSync(top, join(folder, 'up'))
    symlinkSync('self', join(folder, 'self'))
    writeFileSync(join(folder, 'inside'), 'x')
    symlinkSync('inside', join(folder, 'good'))
    expect(await codes('../outside', 'a/../../outside', '/etc/hostname', '~/x')).toEqual(
      Array.from({ length: 4 }, () => 'SOURCE_FILE_OUTSIDE'),
    )
    expect(await codes('link', 'up/outside')).toEqual(['SOURCE_FILE_OUTSIDE', 'SOURCE_FILE_OUTSIDE'])
    expect(await codes('self')).toEqual(['SOURCE_FILE_UNREADABLE'])
    expect(await codes('good', '..good')).toEqual(['SOURCE_FILE_MISSING'])
  })

  it('are refused when they are no file, each in its own words', async () => {
    mkdirSync(join(folder, 'folder'))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    writeFileSync(join(folder, 'large'), '')
    truncateSync(join(folder, 'large'), 16 * 1024 * 1024 + 1)
    expect(await codes('folder', 'pipe', 'large', 'none', 'folder/none/x')).toEqual([
      'SOURCE_FILE_IS_FOLDER',
      'SOURCE_FILE_UNREADABLE',
      'SOURCE_FILE_TOO_LARGE',
      'SOURCE_FILE_MISSING',
      'SOURCE_FILE_MISSING',
    ])
    truncateSync(join(folder, 'large'), 16 * 1024 * 1024)
    expect(await codes('large')).toEqual([])
  })

  it.skipIf(process.getuid?.() === 0)('may be shut (skipped for root, who may read everything)', async () => {
    writeFileSync(join(folder, 'closed'), 'x')
    chmodSync(join(folder, 'closed'), 0)
    expect(await codes('closed')).toEqual(['SOURCE_FILE_UNREADABLE'])
  })

  it('are proposed by a name that is nearly theirs', async () => {
    writeFileSync(join(folder, 'motd.txt'), 'x')
    const [diagnostic] = (await read('modt.txt')).diagnostics
    expect(diagnostic?.fix).toBe('did you mean motd.txt?')
  })
})
