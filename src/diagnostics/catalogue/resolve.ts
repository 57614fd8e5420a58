/** Codes for what only shows when roles meet nodes, and for the cluster lock. */
import { code, defineCodes } from '../define-codes.ts'

/** The lock of the twin is in no repository. */
const LOCK_WAYS: Readonly<Record<'twin' | 'merge' | 'git' | 'nowhere', (file: string) => string>> = {
  twin: (file) => `type  rm ${file};  bramble lab up  writes a new one for the virtual nodes`,
  merge: (file) =>
    `take the lines with <<<<<<<, ======= and >>>>>>> out of ${file}; facts may be those of either side, of two versions keep the newer`,
  git: (file) => `restore it with  git checkout -- ${file}  or delete it to look at all nodes anew`,
  nowhere: (file) =>
    `restore it from a backup; or type  rm ${file}:  the nodes are looked at anew, choices and pinned versions are made anew`,
}

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
  SETTLED_VALUE_CHANGED: code<{ what: string; before: string; now: string; keep: string }>({
    origin: 'cluster',
    shownBy: 'src/roles/consul-server/settled.test.ts',
    title: 'A value that cannot be changed while the cluster runs',
    summary: ({ what, before, now }) => `${what} is ${before} on the nodes and cannot become ${now}`,
    why: 'the members keep their state under the old value and would not know each other again halfway through the change',
    fix: ({ keep, now }) =>
      `${keep}; to begin anew with ${now} and without the old data, take the role out, type  bramble apply,  and put it in again`,
    explain:
      'Some values are part of what members of an engine know each other by: the name of a Consul datacenter, the domain in the certificates of its servers, ' +
      'the folder of their state. Members are changed one after the other, so that the rest goes on serving; with two values at once they do not serve. ' +
      'The cluster lock keeps what the last complete apply left (`settled`).',
  }),
  LOCK_UNREADABLE: code<{
    file: string
    reason: string
    /** What can be done about it: the twin's own file, a merge that was not finished, a file that git has or nobody. */
    kept: 'twin' | 'merge' | 'git' | 'nowhere'
  }>({
    origin: 'cluster',
    shownBy: 'src/cluster-lock/cluster-lock.test.ts',
    title: 'A cluster lock that cannot be read',
    summary: ({ file, reason }) => `${file} is not a cluster lock: ${reason}`,
    why: 'it holds the choices and versions that must not change by chance, so nothing is guessed',
    fix: ({ file, kept }) => LOCK_WAYS[kept](file),
    explain:
      'The cluster lock keeps facts of the nodes, choices that selectors made and pinned versions. It is written by Bramble ' +
      'and merged by git; a merge that left conflict marks in it has to be finished first.',
  }),
})
