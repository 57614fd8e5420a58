/** The plug of a node is pulled in the middle of an apply: is everything as if nothing had happened after one more? */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { REPOSITORY } from '../bench/built.ts'
import { seeded, trialOf, type Experiment, type Tell } from './fault.ts'
import { differencesBetween, nodeState, type NodeState } from './node-state.ts'
import { failuresIn, NODE, SmallCluster, type Wish } from './small-cluster.ts'

const WISHES = ['everything', 'nothing'] as const
const PROMISE = 'after the restart one apply leaves what an undisturbed run leaves'

/** Undisturbed runs: what they leave, how long they take, at how many places they can be stopped. */
interface Undisturbed {
  readonly state: NodeState
  readonly seconds: number
  readonly boundaries: number
}

/** Lets the next program on the node stop at a boundary; 0 only counts. It is gone when the plug is pulled. */
async function armAt(cluster: SmallCluster, boundary: number): Promise<void> {
  const wrapper = await readFile(join(REPOSITORY, 'faults/stop-at.sh'), 'utf8')
  const script = [
    'mkdir -p /run/cut && rm -f /run/cut/now /run/cut/count && echo "$1" >/run/cut/at',
    'mountpoint -q /usr/local/sbin || mount -t tmpfs -o mode=755 cut /usr/local/sbin',
    'printf %s "$2" >/usr/local/sbin/sh && chmod 755 /usr/local/sbin/sh',
  ]
  await cluster.run(script.join('\n'), String(boundary), wrapper)
}

async function pullPlug(cluster: SmallCluster): Promise<void> {
  await cluster.kill()
  await cluster.boot()
}

/** Runs each wish twice: once to count the boundaries, once untouched. */
async function undisturbed(
  cluster: SmallCluster,
  say: (text: string) => void,
): Promise<ReadonlyMap<Wish, Undisturbed>> {
  const boundaries = new Map<Wish, number>()
  for (const wish of WISHES) {
    await cluster.wish(wish)
    await armAt(cluster, 0)
    await cluster.apply()
    boundaries.set(wish, Number(await cluster.run('cat /run/cut/count')))
    say(`${wish}: ${boundaries.get(wish)} boundaries`)
  }
  await pullPlug(cluster)
  const found = new Map<Wish, Undisturbed>()
  for (const wish of WISHES) {
    await cluster.wish(wish)
    const start = performance.now()
    await cluster.apply()
    const seconds = (performance.now() - start) / 1000
    await pullPlug(cluster)
    found.set(wish, {
      state: await nodeState(cluster.scratch, NODE),
      seconds,
      boundaries: boundaries.get(wish) ?? 0,
    })
    say(`${wish}: ${seconds.toFixed(1)} s undisturbed`)
  }
  return found
}

/** What is wrong after the restart, one apply and a plan. */
async function wrongAfter(cluster: SmallCluster, wanted: NodeState): Promise<string[]> {
  const again = failuresIn(await cluster.start().ended)
  if (again.length > 0) {
    // What follows is to start from a whole node.
    await cluster.start().ended
    return again
  }
  const plan = await cluster.plan()
  // A unit that was stopped and started by the apply stands where a boot would have put it.
  await pullPlug(cluster)
  return [...plan, ...differencesBetween(wanted, await nodeState(cluster.scratch, NODE))]
}

/** One cut at a boundary. */
async function cutAtBoundary(cluster: SmallCluster, at: number): Promise<string> {
  await armAt(cluster, at)
  const apply = cluster.start()
  const stopped = await cluster.sees('/run/cut/now', apply.ended)
  const where = stopped ? (await cluster.run('cat /run/cut/now')).trim() : 'it did not stop'
  await cluster.kill()
  await apply.kill()
  await cluster.boot()
  return where
}

/** One cut after so many seconds. The controller stays, and finds out. */
async function cutAfter(cluster: SmallCluster, seconds: number): Promise<string> {
  const apply = cluster.start()
  await delay(seconds * 1000)
  await cluster.kill()
  await cluster.boot()
  const told = failuresIn(await apply.ended)
  return told.join('; ') || 'it was done by then'
}

async function atBoundaries(
  cluster: SmallCluster,
  all: ReadonlyMap<Wish, Undisturbed>,
  tell: Tell,
): Promise<void> {
  const most = Math.max(...[...all.values()].map(({ boundaries }) => boundaries))
  for (let at = 1; at <= most; at++) {
    for (const wish of WISHES) {
      const { state, boundaries } = all.get(wish) as Undisturbed
      await cluster.wish(wish)
      if (at > boundaries) {
        await cluster.apply()
        continue
      }
      const where = await cutAtBoundary(cluster, at)
      const what = `${wish}, cut at boundary ${at} of ${boundaries} (${where})`
      tell(trialOf(`cut at a boundary: ${PROMISE}`, what, await wrongAfter(cluster, state)))
    }
  }
}

/** Boots the cluster, and sees what undisturbed runs leave. */
async function prepared(tell: Tell, say: (text: string) => void) {
  const cluster = await SmallCluster.up('faults-cut')
  const bare = await nodeState(cluster.scratch, NODE)
  const all = await undisturbed(cluster, say)
  const { state } = all.get('nothing') as Undisturbed
  tell(trialOf('what is removed leaves no trace but logs', 'undisturbed', differencesBetween(bare, state)))
  return { cluster, all }
}

/** Wishes for everything and for nothing in turns, and pulls the plug at every boundary between two steps. */
export const boundaries: Experiment = async (_options, tell, say) => {
  const { cluster, all } = await prepared(tell, say)
  await atBoundaries(cluster, all, tell)
}

/** The same at so many moments that follow from the seed, spread over the time that an undisturbed run takes. */
export const moments: Experiment = async ({ runs, seed }, tell, say) => {
  const { cluster, all } = await prepared(tell, say)
  const random = seeded(seed)
  for (let number = 1; number <= runs; number++) {
    const wish = WISHES[(number + 1) % 2] as Wish
    const { seconds, state: wanted } = all.get(wish) as Undisturbed
    const moment = random() * seconds
    await cluster.wish(wish)
    const told = await cutAfter(cluster, moment)
    const what = `${wish}, cut ${number} of ${runs} after ${moment.toFixed(3)} s (${told})`
    tell(trialOf(`cut at random: ${PROMISE}`, what, await wrongAfter(cluster, wanted)))
  }
}
