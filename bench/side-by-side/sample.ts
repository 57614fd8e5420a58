/** One sample of one contender: everything that can be counted while it runs. */
import { runInGroup } from '../command-group.ts'
import { processesDuring } from '../node-processes.ts'
import { passedSince } from '../relay.ts'
import type { Contender } from './contender.ts'
import type { SiteNodes } from './site-nodes.ts'

/** What one run of a contender took. Of the nodes: the mean of one. */
export interface Sample {
  readonly seconds: number
  readonly pauseSeconds: number
  readonly controllerSeconds: number
  readonly controllerBytes: number
  readonly controllerProcesses: number
  readonly nodeSeconds: number
  readonly bytesUp: number
  readonly bytesDown: number
  readonly turns: number
  readonly connections: number
  /** Started on the first node. */
  readonly processes: number
}

/** Runs a contender once. Throws when it fails, or changes something that is as wanted, or nothing where something is not. */
export async function takeSample(
  site: SiteNodes,
  contender: Contender,
  idleShare: number,
  mustChange: boolean,
): Promise<Sample> {
  const { relays, cluster } = site
  const first = site.names[0] ?? ''
  const command = await contender.command()
  const passed = relays.map((relay) => relay.passed)
  const before = site.nodeSeconds()
  let taken: Awaited<ReturnType<typeof runInGroup>> | undefined
  let nodeSeconds = 0
  const processes = await processesDuring(cluster, first, async () => {
    taken = await runInGroup(command)
    nodeSeconds = site.nodeSeconds() - before - idleShare * taken.seconds
  })
  if (!taken) throw new Error('nothing was run')
  const changed = contender.changed(taken)
  if (changed !== mustChange) {
    const what = changed ? 'it changed what was as wanted' : 'it found nothing to change'
    throw new Error(`${what}\n${taken.result.stdout.toString().slice(-6000)}`)
  }
  const sum = passedSince(relays, passed)
  const each = (total: number): number => total / relays.length
  return {
    seconds: taken.seconds,
    pauseSeconds: taken.pauseSeconds,
    controllerSeconds: taken.processorSeconds,
    controllerBytes: taken.peakBytes,
    controllerProcesses: taken.peakProcesses,
    nodeSeconds: each(nodeSeconds),
    bytesUp: each(sum.bytesUp),
    bytesDown: each(sum.bytesDown),
    turns: each(sum.turns),
    connections: each(sum.connections),
    processes,
  }
}
