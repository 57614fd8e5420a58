/** What ten times as many resources do to a run that finds nothing to do: the same nodes, both sizes in each round. */
import type { Benchmark } from './benchmark.ts'
import { runInGroup, undisturbed, type Taken } from './command-group.ts'
import { median, type Figure } from './figure.ts'
import { processesDuring } from './node-processes.ts'
import { passedSince } from './relay.ts'
import { bramble } from './side-by-side/bramble.ts'
import type { Contender } from './side-by-side/contender.ts'
import { SiteNodes } from './side-by-side/site-nodes.ts'
import { wantedState } from './side-by-side/wanted-state.ts'

const AT_MOST_GROWTH = 1.5

/** Nodes that all have one number of resources, and what applies it. */
interface Half {
  readonly size: number
  readonly contender: Contender
  readonly indexes: readonly number[]
  readonly node: string
}

/** One run of one half. */
interface Look {
  readonly seconds: number
  readonly pauseSeconds: number
  readonly processorSeconds: number
  readonly processes: number
  readonly kibibytesUp: number
  readonly kibibytesDown: number
  readonly turns: number
}

async function halfOf(site: SiteNodes, size: number, part: number, nodesEach: number): Promise<Half> {
  const whole = await site.site(`half-${size}`)
  const indexes = whole.nodes
    .map((_, index) => index)
    .filter((index) => Math.floor(index / nodesEach) === part)
  const nodes = whole.nodes.filter((_, index) => indexes.includes(index))
  const contender = await bramble.open({ ...whole, nodes })
  await contender.write(wantedState(size))
  return { size, contender, indexes, node: nodes[0]?.name ?? '' }
}

async function applyOnce({ contender }: Half): Promise<{ taken: Taken; changed: boolean }> {
  const taken = await runInGroup(await contender.command())
  return { taken, changed: contender.changed(taken) }
}

async function look(site: SiteNodes, half: Half): Promise<Look> {
  const relays = half.indexes.flatMap((index) => site.relays[index] ?? [])
  const before = relays.map((relay) => relay.passed)
  let applied: Awaited<ReturnType<typeof applyOnce>> | undefined
  const processes = await processesDuring(site.cluster, half.node, async () => {
    applied = await applyOnce(half)
  })
  if (!applied || applied.changed) throw new Error('it changed what was as wanted')
  const passed = passedSince(relays, before)
  return {
    seconds: applied.taken.seconds,
    pauseSeconds: applied.taken.pauseSeconds,
    processorSeconds: applied.taken.processorSeconds,
    processes,
    kibibytesUp: passed.bytesUp / 1024 / relays.length,
    kibibytesDown: passed.bytesDown / 1024 / relays.length,
    turns: passed.turns / relays.length,
  }
}

function figures(sizes: readonly [number, number], small: readonly Look[], large: readonly Look[]): Figure[] {
  const both = (name: string, unit: string, pick: (one: Look) => number): Figure[] => [
    { name: `${name}, ${sizes[0]} resources`, unit, samples: small.map(pick) },
    { name: `${name}, ${sizes[1]} resources`, unit, samples: large.map(pick) },
  ]
  return [
    {
      name: `time of ${sizes[1]} resources / of ${sizes[0]}`,
      unit: '',
      samples: large.map(({ seconds }, index) => seconds / (small[index]?.seconds ?? NaN)),
      atMost: AT_MOST_GROWTH,
    },
    {
      name: 'processes more on a node',
      unit: '',
      samples: [
        median(large.map(({ processes }) => processes)) - median(small.map(({ processes }) => processes)),
      ],
      atMost: 0,
    },
    ...both('bramble apply', 's', ({ seconds }) => seconds),
    ...both('processor time here', 's', ({ processorSeconds }) => processorSeconds),
    ...both('processes on a node', '', ({ processes }) => processes),
    ...both('sent to a node', 'KiB', ({ kibibytesUp }) => kibibytesUp),
    ...both('received from a node', 'KiB', ({ kibibytesDown }) => kibibytesDown),
    ...both('turns', '', ({ turns }) => turns),
  ]
}

/** Measures with as many nodes of each size as are asked for. */
export const benchmark: Benchmark = async ({ runs, sizes, nodes }, say) => {
  const [few = 50, many = 500] = sizes
  const [nodesEach = 2] = nodes
  const site = await SiteNodes.up(nodesEach * 2, say)
  try {
    await site.openRelays(nodesEach * 2, 0)
    const halves = [await halfOf(site, few, 0, nodesEach), await halfOf(site, many, 1, nodesEach)] as const
    for (const half of halves) {
      say(`bringing ${nodesEach} nodes to ${half.size} resources`)
      if (!(await applyOnce(half)).changed) throw new Error('there was nothing to do on bare nodes')
      await look(site, half)
    }
    const small: Look[] = []
    const large: Look[] = []
    for (let round = 1; round <= runs; round++) {
      say(`${round} of ${runs}`)
      small.push(await undisturbed(say, () => look(site, halves[0])))
      large.push(await undisturbed(say, () => look(site, halves[1])))
    }
    return { figures: figures([few, many], small, large), raw: { small, large } }
  } finally {
    await site.remove()
  }
}
