/** Codes for what only shows when roles meet nodes, and for the cluster lock. */
import { code, defineCodes } from '../define-codes.ts'

/** What can be wrong once the nodes of every role are known. */
export const resolveCodes = defineCodes({
  ROLES_CONFLICT: code<{ nodes: readonly string[]; role: string; rival: string }>({
    title: 'Two roles that cannot share a node',
    summary: ({ nodes, role, rival }) => `${nodes.join(', ')} would have both ${role} and ${rival}`,
    why: 'both roles would write the same files and start the same service',
    fix: ({ role, rival }) =>
      `name the nodes of one, and write  on: rest  for the other: ${role} or ${rival}`,
    explain:
      'Some roles are two modes of one engine: a node is a Consul server or a Consul client, never both, because a server ' +
      'already does all that a client does.',
  }),
  LOCK_UNREADABLE: code<{ file: string; reason: string }>({
    origin: 'cluster',
    shownBy: 'src/resolve/cluster-lock.test.ts',
    title: 'A cluster lock that cannot be read',
    summary: ({ file, reason }) => `${file} is not a cluster lock: ${reason}`,
    why: 'it holds the choices and versions that must not change by chance, so nothing is guessed',
    fix: ({ file }) => `restore it with  git checkout -- ${file}  or delete it to look at all nodes anew`,
    explain:
      'The cluster lock keeps facts of the nodes, choices that selectors made and pinned versions. It is written by Bramble ' +
      'and merged by git; a merge that left conflict marks in it has to be finished first.',
  }),
})
