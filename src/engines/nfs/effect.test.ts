import { expect, it } from 'vitest'
import type { NodeLink, ProgramEnd } from '../contract.ts'
import { mountedProblem } from './effect.ts'

/** What a node says when it is asked for the file system at a folder. */
function said(end: Omit<ProgramEnd, 'stdout'> & { readonly stdout?: string }): Promise<string | undefined> {
  const link = { run: () => Promise.resolve({ ...end, stdout: Buffer.from(end.stdout ?? '') }) }
  const library = { name: 'library', at: '/srv/library', server: { name: 'ant' } }
  return mountedProblem(link as unknown as NodeLink, 'bee', library as Parameters<typeof mountedProblem>[2])
}

it.each([
  [{ code: 0, stdout: 'nfs\n', stderr: '' }, undefined],
  [{ code: 0, stdout: 'ext2/ext3\n', stderr: '' }, 'there is ext2/ext3 in its place'],
  // A shell that waits for the killed program has a word for it.
  [{ code: 137, stderr: 'Killed\n' }, 'ant does not answer'],
  [{ code: 137, stderr: '' }, 'ant does not answer'],
  [{ code: 1, stderr: 'stat: cannot read: Stale file handle\n' }, 'stat: cannot read: Stale file handle'],
  [{ code: 1, stderr: '' }, 'stat ends with 1'],
])('takes %j as it is meant', async (end, why) => {
  const problem = why === undefined ? undefined : `library of ant is not mounted at /srv/library: ${why}`
  expect(await said(end)).toBe(problem)
})
