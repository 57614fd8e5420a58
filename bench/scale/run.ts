/** One plan or apply over many endpoints: when it was done with whom, and what it took of this computer. */
import { runInGroup } from '../command-group.ts'
import type { Endpoints } from './endpoints.ts'

/** What a run took. */
export interface ScaleRun {
  readonly seconds: number
  readonly pauseSeconds: number
  /** From the start of the command until the last good node was done. */
  readonly goodSeconds: number
  /** The same for each bad one; absent when nothing was said of it. */
  readonly badSeconds: Readonly<Record<string, number>>
  /** Here. */
  readonly processorSeconds: number
  /** On all endpoints. */
  readonly endpointSeconds: number
  /** Resident memory of the command itself, the most it ever had. */
  readonly residentBytes: number
  /** Anonymous memory of the command and all its `ssh`, the most at once. */
  readonly allBytes: number
  readonly descriptors: number
  readonly processes: number
}

/** A cluster file and what is known of its nodes. */
export interface ScaleCluster {
  readonly folder: string
  readonly endpoints: Pick<Endpoints, 'home' | 'seconds'>
  /** Names of the nodes that may fail. */
  readonly bad: readonly string[]
}

interface Told {
  readonly type: string
  readonly at: string
  readonly node?: string
  readonly outcome?: string
  readonly failedNodes?: readonly string[]
}

/** Node names its main thread, which is what `/proc/PID/status` shows. */
const COMMAND_NAMES = ['node', 'MainThread']

/** Runs it. Throws when it finds anything to change, or when good nodes fail. */
export async function runOnce(cli: string, cluster: ScaleCluster, verb: 'plan' | 'apply'): Promise<ScaleRun> {
  const before = cluster.endpoints.seconds()
  const startedAt = Date.now()
  const words = [cli, '-C', cluster.folder, '--json', verb, ...(verb === 'apply' ? ['--yes'] : [])]
  const taken = await runInGroup({
    program: process.execPath,
    words,
    environment: { HOME: cluster.endpoints.home },
  })
  const said = taken.result.stdout.toString().trimEnd().split('\n')
  const events = said.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Told)
  const end = events.findLast(({ type }) => type === 'run-finished')
  const failed = (end?.failedNodes ?? []).filter((node) => !cluster.bad.includes(node))
  if (
    !end ||
    failed.length > 0 ||
    end.outcome === 'changed' ||
    events.some(({ type }) => type === 'resource-differs')
  ) {
    const tail = `${said.slice(-5).join('\n')}\n${taken.result.stderr.slice(-3000)}`
    throw new Error(
      `${verb} ended with ${taken.result.code}; failed: ${failed.slice(0, 5).join(', ')}\n${tail}`,
    )
  }
  const finished = events.filter(({ type }) => type === 'node-finished')
  const seconds = ({ at }: Told): number => (new Date(at).getTime() - startedAt) / 1000
  const isBad = ({ node = '' }: Told): boolean => cluster.bad.includes(node)
  return {
    seconds: taken.seconds,
    pauseSeconds: taken.pauseSeconds,
    goodSeconds: Math.max(...finished.filter((one) => !isBad(one)).map(seconds)),
    badSeconds: Object.fromEntries(finished.filter(isBad).map((one) => [one.node ?? '', seconds(one)])),
    processorSeconds: taken.processorSeconds,
    endpointSeconds: cluster.endpoints.seconds() - before,
    residentBytes: Math.max(0, ...COMMAND_NAMES.map((name) => taken.peakResident[name] ?? 0)),
    allBytes: taken.peakBytes,
    descriptors: taken.peakDescriptors,
    processes: taken.peakProcesses,
  }
}
