/** What the script of a move says of a store of files: no program of Vault is needed for that. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { run } from '../../../support/run.ts'
import { scripts } from '../scripts.generated.ts'
import { badEntries } from './on-node.ts'

const store = mkdtempSync(join(tmpdir(), 'bramble-vault-files-'))
afterAll(() => rmSync(store, { recursive: true, force: true }))

function entry(path: string, content: string | Uint8Array): void {
  mkdirSync(join(store, path, '..'), { recursive: true })
  writeFileSync(join(store, path), content)
}

describe.each([['dash'], ['busybox', 'sh']])('with %s', (...shell) => {
  it('entries that are empty, zeroed, cut off or too large are named by their paths, and no other', async () => {
    entry('core/_keyring', '{"Value":"AAAA"}\n')
    // As older versions of Vault have written them.
    entry('core/_old', '{"Key":"core/old","Value":"AAAA"}\n')
    entry('core/_empty', '')
    entry('core/_zeroed', Buffer.alloc(300))
    entry('logical/a b/_cut', '{"Value":"AAAAAAAA')
    entry('logical/a b/_large', `{"Value":"${'A'.repeat(5000)}"}\n`)
    const [program = '', ...words] = shell
    const { code, stdout } = await run(program, [...words, '-c', scripts.move, 'move', 'read', store, '4096'])
    const lines = stdout.toString().split('\n').filter(Boolean)
    const found = badEntries(lines.map((line) => line.split('\t')))
    expect(code).toBe(0)
    expect(found.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { what: 'damaged', path: 'core/_empty', bytes: 0 },
      { what: 'damaged', path: 'core/_zeroed', bytes: 300 },
      { what: 'damaged', path: 'logical/a b/_cut', bytes: 18 },
      { what: 'large', path: 'logical/a b/_large', bytes: 5013 },
    ])
  })
})
