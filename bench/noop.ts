/** What an apply costs that finds nothing to do: wall time against bare logins, connections, processes. */
import { join } from 'node:path'
import { run } from '../src/support/run.ts'
import type { OpenedCluster } from '../src/api/index.ts'
import { timed, type Benchmark, type Outcome } from './benchmark.ts'
import { bramble, brambleOrThrow, built } from './built.ts'
import { median, type Figure } from './figure.ts'
import { processesDuring } from './node-processes.ts'
import { idleShareOf, processorTimeOf } from './processor-time.ts'
import { ScratchCluster } from './scratch-lab.ts'

const AT_MOST_RATIO = 2
const AT_MOST_RATIO_KEPT = 1.2
const AT_MOST_PROCESSES = 25

/** `ssh NODE true` to every node at once, with the configuration and key that Bramble uses. */
async function bareLogins(cluster: OpenedCluster): Promise<void> {
  const config = join(cluster.paths.runtimeFolder, 'ssh/ssh-batch.conf')
  const logins = cluster.nodes.map(({ name }) => run('ssh', ['-F', config, '--', name, 'true']))
  for (const { code, stderr } of await Promise.all(logins)) {
    if (code !== 0) throw new Error(`ssh ended with ${code}: ${stderr}`)
  }
}

/** How often sshd has let somebody in, by its journal. */
async function acceptedLogins(cluster: ScratchCluster, node: string): Promise<number> {
  const journal = await cluster.inNode(node, 'journalctl', '--no-pager', '--output=cat')
  return journal.split('\n').filter((line) => line.startsWith('Accepted ')).length
}

/** One apply by the command line that must change nothing. */
async function applyNothing(cluster: ScratchCluster): Promise<void> {
  const said = await brambleOrThrow(cluster.folder, '--lab', '--json', 'apply', '--yes')
  const end = JSON.parse(said.trimEnd().split('\n').at(-1) ?? '{}') as { outcome?: string }
  if (end.outcome !== 'unchanged') throw new Error(`the apply has changed something: ${JSON.stringify(end)}`)
}

/** When, in milliseconds since the start, each phase of one apply in this process was over, by the times of its events. */
async function phasesOfApply(cluster: ScratchCluster): Promise<Record<string, number>> {
  const { apply } = built.cluster()
  const start = Date.now()
  const marks: Record<string, number> = {}
  const mark = (name: string, at: string | number): void => {
    marks[name] = new Date(at).getTime() - start
  }
  const opened = await cluster.open()
  mark('opened', Date.now())
  for await (const event of apply(opened)) {
    if (event.type === 'run-started') mark('prepared', event.at)
    if (event.type === 'phase-started') mark(`last ${event.phase}`, event.at)
    if (event.type === 'node-connected') mark('last node checked', event.at)
    if (event.type === 'run-finished') mark('last event', event.at)
    if (event.type === 'resource-differs') throw new Error(`${event.address} differs`)
  }
  mark('all', Date.now())
  return marks
}

async function samplesOf<T>(runs: number, take: () => Promise<T>): Promise<T[]> {
  const samples: T[] = []
  for (let taken = 0; taken < runs; taken++) samples.push(await take())
  return samples
}

/** The wall times, each pair taken one after the other. */
async function wallTimes(cluster: ScratchCluster, opened: OpenedCluster, runs: number): Promise<Figure[]> {
  const pairs = await samplesOf(runs, async () => {
    const bare = await timed(() => bareLogins(opened))
    const command = await timed(() => applyNothing(cluster))
    const inside = await timed(() => phasesOfApply(cluster))
    const bareAgain = await timed(() => bareLogins(opened))
    const start = await timed(() => bramble(cluster.folder, '--version'))
    return {
      bare: (bare.seconds + bareAgain.seconds) / 2,
      command: command.seconds,
      inside: inside.seconds,
      marks: inside.result,
      start: start.seconds,
    }
  })
  const ratio = (pick: (pair: (typeof pairs)[number]) => number): number[] =>
    pairs.map((pair) => pick(pair) / pair.bare)
  const marks = Object.keys(pairs[0]?.marks ?? {})
  return [
    { name: 'bramble apply / ssh true', unit: '', samples: ratio((p) => p.command), atMost: AT_MOST_RATIO },
    { name: 'apply in this process / ssh true', unit: '', samples: ratio((p) => p.inside) },
    { name: 'ssh true to all nodes at once', unit: 's', samples: pairs.map((p) => p.bare) },
    { name: 'bramble apply', unit: 's', samples: pairs.map((p) => p.command) },
    { name: 'bramble --version', unit: 's', samples: pairs.map((p) => p.start) },
    ...marks.map((name) => ({
      name: `  in this process until: ${name}`,
      unit: 'ms',
      samples: pairs.map((pair) => pair.marks[name] ?? 0),
    })),
  ]
}

/** The same with connections that the run before has kept. Bare logins are what they were. */
async function wallTimesKept(
  cluster: ScratchCluster,
  opened: OpenedCluster,
  runs: number,
): Promise<Figure[]> {
  await cluster.edit((text) => text.replace(/^access:$/m, 'access:\n  keep_connections: 10m'))
  await applyNothing(cluster)
  try {
    const pairs = await samplesOf(runs, async () => {
      const bare = await timed(() => bareLogins(opened))
      const command = await timed(() => applyNothing(cluster))
      const bareAgain = await timed(() => bareLogins(opened))
      return { bare: (bare.seconds + bareAgain.seconds) / 2, command: command.seconds }
    })
    return [
      {
        name: 'with kept connections: bramble apply / ssh true',
        unit: '',
        samples: pairs.map(({ bare, command }) => command / bare),
        atMost: AT_MOST_RATIO_KEPT,
      },
      { name: '  bramble apply', unit: 's', samples: pairs.map(({ command }) => command) },
    ]
  } finally {
    await brambleOrThrow(cluster.folder, '--lab', 'disconnect')
    await cluster.edit((text) => text.replace(/^  keep_connections: .*\n/m, ''))
  }
}

/** Processor time of an apply against bare logins; less is at the mercy of what else the computer does. */
async function processorTimes(
  cluster: ScratchCluster,
  opened: OpenedCluster,
  runs: number,
): Promise<Figure[]> {
  const idle = await idleShareOf(cluster)
  const pairs = await samplesOf(runs, async () => ({
    bare: await processorTimeOf(cluster, idle, () => bareLogins(opened)),
    command: await processorTimeOf(cluster, idle, () => applyNothing(cluster)),
  }))
  return [
    {
      name: 'processor time: bramble apply / ssh true',
      unit: '',
      samples: pairs.map(({ bare, command }) => (command.nodes + command.here) / (bare.nodes + bare.here)),
    },
    { name: '  bramble apply here', unit: 's', samples: pairs.map(({ command }) => command.here) },
    { name: '  bramble apply on all nodes', unit: 's', samples: pairs.map(({ command }) => command.nodes) },
    { name: '  ssh true here', unit: 's', samples: pairs.map(({ bare }) => bare.here) },
    { name: '  ssh true on all nodes', unit: 's', samples: pairs.map(({ bare }) => bare.nodes) },
  ]
}

/** Connections and processes of each node during an apply of the command line. */
async function nodeFigures(
  cluster: ScratchCluster,
  nodes: readonly string[],
  runs: number,
): Promise<Figure[]> {
  const connections = await samplesOf(runs, async () => {
    const before = await Promise.all(nodes.map((node) => acceptedLogins(cluster, node)))
    await applyNothing(cluster)
    const after = await Promise.all(nodes.map((node) => acceptedLogins(cluster, node)))
    return Math.max(...after.map((count, index) => count - (before[index] ?? 0)))
  })
  const figures: Figure[] = [
    { name: 'most connections to a node', unit: '', samples: connections, atMost: 1, each: true },
  ]
  for (const node of nodes) {
    const samples = await samplesOf(runs, () => processesDuring(cluster, node, () => applyNothing(cluster)))
    figures.push({ name: `processes on ${node}`, unit: '', samples, atMost: AT_MOST_PROCESSES })
  }
  return figures
}

/** What a cluster costs on which everything is as wanted. */
export async function nothingToDo(cluster: ScratchCluster, runs: number): Promise<Outcome> {
  await applyNothing(cluster)
  const opened = await cluster.open()
  const figures = await wallTimes(cluster, opened, runs)
  figures.push(...(await wallTimesKept(cluster, opened, runs)))
  figures.push(...(await processorTimes(cluster, opened, runs)))
  const nodes = opened.nodes.map(({ name }) => name)
  figures.push(...(await nodeFigures(cluster, nodes, runs)))
  const ratio = median(figures[0]?.samples ?? [])
  return { figures, notes: [`A bare login of its own costs ${(1 / ratio).toFixed(2)} of such an apply.`] }
}

/** Measures on the twin of the example `rainbow`. */
export const benchmark: Benchmark = async ({ runs }, say) => {
  const cluster = await ScratchCluster.ofExample('rainbow', 'bench-noop')
  try {
    say('bringing up five nodes')
    await cluster.up()
    say('applying once')
    await brambleOrThrow(cluster.folder, '--lab', 'apply', '--yes')
    say('measuring')
    return await nothingToDo(cluster, runs)
  } finally {
    await cluster.remove()
  }
}
