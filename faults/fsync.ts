/** Is every file that an apply replaces on a node written, flushed, renamed, and its folder flushed, before that is told? */
import { replacements } from '../test/contract/replacements.ts'
import { FILE_CALLS, readCalls, STRACE } from '../test/contract/system-calls.ts'
import { trialOf, type Experiment } from './fault.ts'
import { SmallCluster } from './small-cluster.ts'

/** Stands before sh on the node, in memory: whatever is asked of it runs under strace when it is a program that converges. */
const TRACED = `#!/bin/sh
if [ "\${2-}" != converge ]; then exec /bin/sh "$@"; fi
exec ${STRACE.join(' ')} ${FILE_CALLS} -o /run/trace /bin/sh "$@"
`

/** Traces the system calls of an apply of everything, and of the one that takes it all away. */
export const experiment: Experiment = async (_options, tell, say) => {
  const cluster = await SmallCluster.up('faults-fsync')
  say('fetching strace')
  await cluster.run('apt-get -q update && apt-get -q -y --no-install-recommends install strace')
  const script =
    'mount -t tmpfs -o mode=755 trace /usr/local/sbin && printf %s "$1" >/usr/local/sbin/sh && chmod 755 /usr/local/sbin/sh'
  await cluster.run(script, TRACED)
  for (const wish of ['everything', 'nothing'] as const) {
    await cluster.wish(wish)
    await cluster.apply()
    for (const { path, how, broken } of replacements('', readCalls(await cluster.run('cat /run/trace'))))
      tell(
        trialOf(
          how === 'renamed'
            ? 'write, fsync, rename, fsync of the folder, and only then told'
            : 'in place only the manifest is added to, and flushed before the change',
          `${wish}: ${path}`,
          broken === undefined ? [] : [broken],
        ),
      )
  }
}
