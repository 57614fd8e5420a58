/** What an undisturbed run leaves on the small cluster, and whether a disturbed one leaves the same after one more apply. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { REPOSITORY } from '../bench/built.ts'
import { trialOf, type Tell } from './fault.ts'
import { differencesBetween, nodeState, type NodeState } from './node-state.ts'
import { failuresIn, NODE, SmallCluster, type Wish } from './small-cluster.ts'

/** In turns: what one makes, the other takes away. */
export const WISHES = ['everything', 'nothing'] as const

/** Undisturbed runs: what they leave, how long they take, at how many places they can be stopped. */
export interface Undisturbed {
  readonly state: NodeState
  readonly seconds: number
  readonly boundaries: number
}

/** Lets the next program on the node stop at a boundary; 0 only counts. It is gone when the plug is pulled. */
export async function armAt(cluster: SmallCluster, boundary: number): Promise<void> {
  const wrapper = await readFile(join(REPOSITORY, 'faults/stop-at.sh'), 'utf8')
  const script = [
    'mkdir -p /run/cut && rm -f /run/cut/now /run/cut/count && echo "$1" >/run/cut/at',
    'mountpoint -q /usr/local/sbin || mount -t tmpfs -o mode=755 cut /usr/local/sbin',
    'printf %s "$2" >/usr/local/sbin/sh && chmod 755 /usr/local/sbin/sh',
  ]
  await cluster.run(script.join('\n'), String(boundary), wrapper)
}

/** Lets programs run as they are again. */
export async function disarm(cluster: SmallCluster): Promise<void> {
  await cluster.run('umount -l /usr/local/sbin && rm -rf /run/cut')
}

/** A power cut, and the power is back. */
export async function pullPlug(cluster: SmallCluster): Promise<void> {
  await cluster.kill()
  await cluster.boot()
}

/** How a stage is set. */
export interface Setting {
  /** See `FaultOptions`. */
  readonly emulated: boolean
  /** Whether the boundaries are to be known, which takes a run of each wish more. */
  readonly counted: boolean
}

/** Runs each wish twice: once to count the boundaries, where they are wanted, and once untouched. */
async function undisturbed(
  cluster: SmallCluster,
  { counted }: Setting,
  say: (text: string) => void,
): Promise<ReadonlyMap<Wish, Undisturbed>> {
  const boundaries = new Map<Wish, number>()
  for (const wish of counted ? WISHES : []) {
    await cluster.wish(wish)
    await armAt(cluster, 0)
    await cluster.apply()
    boundaries.set(wish, Number(await cluster.run('cat /run/cut/count')))
    say(`${wish}: ${boundaries.get(wish)} boundaries`)
  }
  const found = new Map<Wish, Undisturbed>()
  for (const wish of WISHES) {
    await cluster.wish(wish)
    // Every disturbed run is followed by the one that counts on a node that has just been booted.
    await pullPlug(cluster)
    const start = performance.now()
    await cluster.apply()
    const seconds = (performance.now() - start) / 1000
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
export async function wrongAfter(cluster: SmallCluster, wanted: NodeState): Promise<string[]> {
  const again = failuresIn(await cluster.start().ended)
  if (again.length > 0) {
    // What follows is to start from a whole node.
    await cluster.start().ended
    return again
  }
  const plan = await cluster.plan()
  return [...plan, ...differencesBetween(wanted, await nodeState(cluster.scratch, NODE))]
}

/** A cluster, and what undisturbed runs leave on it. */
export interface Stage {
  readonly cluster: SmallCluster
  readonly setting: Setting
  readonly all: ReadonlyMap<Wish, Undisturbed>
}

/** Boots the cluster, and sees what undisturbed runs leave. */
export async function prepared(setting: Setting, tell: Tell, say: (text: string) => void): Promise<Stage> {
  const cluster = await SmallCluster.up('faults-cut', setting.emulated)
  const bare = await nodeState(cluster.scratch, NODE)
  const all = await undisturbed(cluster, setting, say)
  const { state } = all.get('nothing') as Undisturbed
  tell(trialOf('what is removed leaves no trace but logs', 'undisturbed', differencesBetween(bare, state)))
  return { cluster, setting, all }
}

/** Another node in place of one that kept something wrong, with the same wish: what follows is not to be spoiled by it. */
export async function anew(
  { cluster, setting }: Stage,
  wish: Wish,
  tell: Tell,
  say: (text: string) => void,
): Promise<Stage> {
  await cluster.scratch.remove()
  const stage = await prepared(setting, tell, say)
  await stage.cluster.wish(wish)
  await stage.cluster.apply()
  return stage
}
