/** Programs of many megabytes are not read on every run, and yet no change of them goes unnoticed. */
import { utimesSync } from 'node:fs'
import { open, rename, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { describeAsRoot } from '../../../test/contract/as-root.ts'
import { processesOf } from '../../../test/contract/process-count.ts'
import { programOf, runProgram, type ShellName } from '../../../test/contract/program-run.ts'
import { makeRoot, removeRoot } from '../../../test/contract/scratch-root.ts'
import { file } from './file.ts'

const PATH = '/usr/local/bin/engine'
const CONTENT = Buffer.alloc(2 ** 21, 'engine')

const roots: string[] = []
afterEach(async () => {
  await Promise.all(roots.splice(0).map(removeRoot))
})

/** A root with the file in it, and its program. */
async function converged(shell: ShellName) {
  const root = await makeRoot({ '/usr/local/bin': { folder: true } })
  roots.push(root)
  const program = await programOf([file({ path: PATH, content: CONTENT, mode: '755' })])
  const first = await runProgram(root, program, 'converge', { shell })
  expect(first).toMatchObject({ code: 0, changed: [`file:${PATH}`] })
  return { root, program }
}

describeAsRoot('a large file', () => {
  it('is not read again while it is the one that was read', async () => {
    const { root, program } = await converged('dash')
    const known = await processesOf(root, program)
    const copy = join(root, 'copy')
    await writeFile(copy, CONTENT)
    await rename(copy, join(root, PATH))
    expect(await processesOf(root, program)).toBe(known + 1)
  })

  it.each(['dash', 'busybox'] as const)(
    'is known to have changed when its size and its time of change were put back, under %s',
    async (shell) => {
      const { root, program } = await converged(shell)
      const path = join(root, PATH)
      const before = await stat(path)
      const handle = await open(path, 'r+')
      await handle.write('E', 0)
      await handle.close()
      utimesSync(path, before.atime, before.mtime)
      expect((await runProgram(root, program, 'check', { shell })).differing).toEqual([`file:${PATH}`])
      const again = await runProgram(root, program, 'converge', { shell })
      expect(again).toMatchObject({ changed: [`file:${PATH}`] })
      expect((await runProgram(root, program, 'check', { shell })).differing).toEqual([])
    },
  )
})
