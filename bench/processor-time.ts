/** Processor time of a lab's nodes and of the programs that were started here: it hardly depends on who else is at work. */
import { readFileSync } from 'node:fs'
import { labGroup, labKey } from '../src/lab/store.ts'
import { groupSeconds } from './command-group.ts'
import type { ScratchCluster } from './scratch-lab.ts'

/** Ticks of /proc/PID/stat in a second: 100 on every Linux (getconf CLK_TCK). */
const TICKS_PER_SECOND = 100
const IDLE_MILLISECONDS = 5000

/** Of all nodes of a lab since they were made, in seconds. */
export function secondsOfNodes(cluster: ScratchCluster): number {
  return groupSeconds(labGroup(labKey({ cluster: cluster.name, folder: cluster.folder })))
}

/** Of this process's children that have ended, and theirs, in seconds (proc_pid_stat(5), fields 16 and 17). */
function secondsOfChildren(): number {
  const stat = readFileSync('/proc/self/stat', 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND
}

/** Seconds of processor time on both sides. */
export interface ProcessorSeconds {
  readonly nodes: number
  readonly here: number
}

/** What some work takes, without what the nodes do by themselves meanwhile. */
export async function processorTimeOf(
  cluster: ScratchCluster,
  idleShare: number,
  work: () => Promise<void>,
): Promise<ProcessorSeconds> {
  const start = performance.now()
  const nodes = secondsOfNodes(cluster)
  const here = secondsOfChildren()
  await work()
  const idle = (idleShare * (performance.now() - start)) / 1000
  return { nodes: secondsOfNodes(cluster) - nodes - idle, here: secondsOfChildren() - here }
}

/** How many processors the nodes keep busy when nobody asks anything of them. */
export async function idleShareOf(cluster: ScratchCluster): Promise<number> {
  const before = secondsOfNodes(cluster)
  const start = performance.now()
  await new Promise((resolve) => setTimeout(resolve, IDLE_MILLISECONDS))
  return ((secondsOfNodes(cluster) - before) * 1000) / (performance.now() - start)
}
