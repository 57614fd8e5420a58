/** How time, memory and file descriptors grow with the number of nodes, and what three bad ones among them do to the rest. */
import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import type { Benchmark } from './benchmark.ts'
import { runInGroup, undisturbed } from './command-group.ts'
import { alignedTable, median, shortNumber, type Figure } from './figure.ts'
import { BadEndpoints } from './scale/bad-endpoints.ts'
import { endpointAddress, Endpoints } from './scale/endpoints.ts'
import { curvesSvg } from './scale/curves-svg.ts'
import { runOnce, type ScaleCluster, type ScaleRun } from './scale/run.ts'
import { wantedProduct } from './side-by-side/bramble.ts'
import { wantedState, type WantedState } from './side-by-side/wanted-state.ts'

const LARGE = 1000
const AT_MOST_SECONDS = 60
const AT_MOST_MEGABYTES = 400
/** Time for each node at the largest size against that at the smallest: more would be worse than linear. */
const AT_MOST_GROWTH = 1.1
const RESOURCES = 50
/** Bad ones may not make the rest later than other work on the computer does. */
const AT_MOST_HELD_UP = 1.3

/** Packages that every base image has. */
const PACKAGES = [
  'ca-certificates',
  'dbus',
  'iproute2',
  'kmod',
  'locales',
  'netbase',
  'procps',
  'sudo',
  'tzdata',
]

/** Endpoints have no systemd and share one kernel: no services, no settings; the files of units are files. */
function stateOfEndpoint(): WantedState {
  return { ...wantedState(RESOURCES), packages: PACKAGES, sysctls: {}, services: {} }
}

interface Named {
  readonly address: string
  readonly port: number
}

function clusterText(nodes: Readonly<Record<string, Named>>): string {
  return stringify({
    cluster: 'bench-scale',
    domain: 'bench.home.arpa',
    access: { user: 'root' },
    nodes: Object.fromEntries(
      Object.entries(nodes).map(([name, node]) => [name, { ...node, model: 'pi4', memory: '1GiB' }]),
    ),
    roles: { wanted: { on: 'all', ...stateOfEndpoint() } },
  })
}

function goodNodes(count: number, port: number): Record<string, Named> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [
      `n${String(index).padStart(4, '0')}`,
      { address: endpointAddress(index), port },
    ]),
  )
}

/** What the bad ones were when they were last seen: good ones with addresses after those of the others. */
function badWhenWell(names: readonly string[], first: number, port: number): Record<string, Named> {
  return Object.fromEntries(
    names.map((name, index) => [name, { address: endpointAddress(first + index), port }]),
  )
}

/** What was measured at one size. */
interface Size {
  readonly nodes: number
  readonly plans: readonly ScaleRun[]
  readonly applies: readonly ScaleRun[]
  /** With a dead, a hung and a very slow one among them, all of which were well when they were last seen. */
  readonly amongBad: readonly ScaleRun[]
  /** The same when nobody has ever seen them. */
  readonly amongNew: readonly ScaleRun[]
}

class Scale {
  readonly #endpoints: Endpoints
  readonly #cli: string
  readonly #say: (text: string) => void

  constructor(endpoints: Endpoints, cli: string, say: (text: string) => void) {
    this.#endpoints = endpoints
    this.#cli = cli
    this.#say = say
  }

  /** Brings one endpoint to the wanted state by an apply; all others start as it has become. */
  async makeFirst(): Promise<void> {
    this.#say('bringing one endpoint to the wanted state')
    await this.#endpoints.start(1)
    const folder = await this.#cluster('first', goodNodes(1, this.#endpoints.port))
    const { result } = await runInGroup({
      program: process.execPath,
      words: [this.#cli, '-C', folder, '--json', 'apply', '--yes'],
      environment: { HOME: this.#endpoints.home },
    })
    if (result.code !== 0) throw new Error(`${result.stdout.toString().slice(-4000)}${result.stderr}`)
    await this.#endpoints.keepFirst()
  }

  async measure(nodes: number, runs: number): Promise<Size> {
    this.#say(`starting ${nodes} endpoints`)
    const bad = await BadEndpoints.open({ address: endpointAddress(nodes), port: this.#endpoints.port })
    try {
      // The bad ones have roots too, from before they became bad.
      await this.#endpoints.start(nodes + 3)
      const endpoints = this.#endpoints
      const { port } = endpoints
      const good = goodNodes(nodes, port)
      const names = Object.keys(bad.nodes)
      const seen = {
        endpoints,
        bad: names,
        folder: await this.#cluster(`seen-${nodes}`, { ...badWhenWell(names, nodes, port), ...good }),
      }
      this.#say(`${nodes}: first contact`)
      await runOnce(this.#cli, seen, 'apply')
      const alone = {
        endpoints,
        bad: [],
        folder: await this.#knownTo(seen.folder, `good-${nodes}`, good, []),
      }
      const mixed = { ...bad.nodes, ...good }
      const fresh = {
        endpoints,
        bad: names,
        folder: await this.#knownTo(seen.folder, `new-${nodes}`, mixed, names),
      }
      await this.#cluster(`seen-${nodes}`, mixed)
      const size = { nodes, plans: [], applies: [], amongBad: [], amongNew: [] } as {
        nodes: number
      } & Record<'plans' | 'applies' | 'amongBad' | 'amongNew', ScaleRun[]>
      const take = (cluster: ScaleCluster, verb: 'plan' | 'apply'): Promise<ScaleRun> =>
        undisturbed(this.#say, () => runOnce(this.#cli, cluster, verb))
      for (let round = 1; round <= runs; round++) {
        this.#say(`${nodes}: ${round} of ${runs}`)
        size.plans.push(await take(alone, 'plan'))
        size.applies.push(await take(alone, 'apply'))
        size.amongBad.push(await take(seen, 'apply'))
        size.amongNew.push(await take(fresh, 'apply'))
      }
      return size
    } finally {
      await bad.close()
      await this.#endpoints.stop()
    }
  }

  /** Another cluster that knows what the first has seen of its nodes, but for those of which it forgets everything. */
  async #knownTo(
    first: string,
    name: string,
    nodes: Readonly<Record<string, Named>>,
    forgotten: readonly string[],
  ): Promise<string> {
    const folder = await this.#cluster(name, nodes)
    const lock = parse(await readFile(join(first, 'cluster.lock'), 'utf8')) as {
      nodes: Record<string, object>
    }
    const kept = Object.entries(lock.nodes).filter(([node]) => node in nodes && !forgotten.includes(node))
    await writeFile(join(folder, 'cluster.lock'), stringify({ ...lock, nodes: Object.fromEntries(kept) }))
    await copyFile(join(first, 'known_hosts'), join(folder, 'known_hosts'))
    return folder
  }

  async #cluster(name: string, nodes: Readonly<Record<string, Named>>): Promise<string> {
    const folder = join(this.#endpoints.folder, 'clusters', name)
    await mkdir(folder, { recursive: true })
    await writeFile(join(folder, 'cluster.yaml'), clusterText(nodes))
    return folder
  }
}

function middle(runs: readonly ScaleRun[], pick: (run: ScaleRun) => number): number {
  return median(runs.map(pick))
}

const HEAD = [
  'nodes',
  'plan, s',
  'apply, s',
  'CPU here, s',
  'CPU of endpoints, s',
  'memory, MB',
  'with all ssh, MB',
  'descriptors',
  'processes',
  'the rest, s',
  'rest among bad, s',
  'rest among new bad, s',
]

function tableOfSizes(sizes: readonly Size[]): string {
  const rows = sizes.map(({ nodes, plans, applies, amongBad, amongNew }) =>
    [
      nodes,
      middle(plans, (run) => run.seconds),
      middle(applies, (run) => run.seconds),
      middle(applies, (run) => run.processorSeconds),
      middle(applies, (run) => run.endpointSeconds),
      middle(applies, (run) => run.residentBytes / 1e6),
      middle(applies, (run) => run.allBytes / 1e6),
      middle(applies, (run) => run.descriptors),
      middle(applies, (run) => run.processes),
      middle(applies, (run) => run.goodSeconds),
      middle(amongBad, (run) => run.goodSeconds),
      middle(amongNew, (run) => run.goodSeconds),
    ].map(shortNumber),
  )
  return alignedTable([HEAD, ...rows])
}

function figuresOf({ nodes, plans, applies, amongBad, amongNew }: Size): Figure[] {
  const isLarge = nodes >= LARGE
  const each = (runs: readonly ScaleRun[], pick: (run: ScaleRun) => number): number[] => runs.map(pick)
  return [
    { name: `${nodes} nodes: plan`, unit: 's', samples: each(plans, (run) => run.seconds) },
    {
      name: `${nodes} nodes: apply that finds nothing to do`,
      unit: 's',
      samples: each(applies, (run) => run.seconds),
      ...(isLarge && { atMost: AT_MOST_SECONDS }),
    },
    { name: '  processor time, both sides', unit: 's', samples: each(applies, bothSides) },
    {
      name: '  memory of the controller',
      unit: 'MB',
      samples: each(applies, (run) => run.residentBytes / 1e6),
      ...(isLarge && { atMost: AT_MOST_MEGABYTES }),
    },
    {
      name: '  until the rest is done among three bad ones / without them',
      unit: '',
      samples: amongBad.map((run, index) => run.goodSeconds / (applies[index]?.goodSeconds ?? NaN)),
      atMost: AT_MOST_HELD_UP,
    },
    {
      name: '  the same where nobody has ever seen the three',
      unit: '',
      samples: amongNew.map((run, index) => run.goodSeconds / (applies[index]?.goodSeconds ?? NaN)),
    },
    ...['dead', 'hung', 'slow'].map((name) => ({
      name: `  until it is done with the ${name} one`,
      unit: 's',
      samples: each(amongBad, ({ badSeconds }) => badSeconds[name] ?? NaN),
    })),
  ]
}

/** Processor time on both sides: unlike time, it hardly depends on what else the computer does. */
function bothSides(run: ScaleRun): number {
  return run.processorSeconds + run.endpointSeconds
}

function growth(sizes: readonly Size[]): Figure[] {
  const [first] = sizes
  const last = sizes.at(-1)
  if (!first || !last || first === last) return []
  const figure = (what: string, pick: (run: ScaleRun) => number): Figure => {
    const each = (size: Size): number[] => size.applies.map((run) => pick(run) / size.nodes)
    const base = median(each(first))
    return {
      name: `${what} for each node, ${last.nodes} nodes / ${first.nodes} nodes`,
      unit: '',
      samples: each(last).map((value) => value / base),
      atMost: AT_MOST_GROWTH,
    }
  }
  return [figure('time', ({ seconds }) => seconds), figure('processor time', bothSides)]
}

/** Measures each size with endpoints that all start as wanted. */
export const benchmark: Benchmark = async ({ sizes: counts, runs }, say) => {
  const cli = await wantedProduct(say)
  const endpoints = await Endpoints.make()
  const sizes: Size[] = []
  try {
    const scale = new Scale(endpoints, cli, say)
    await scale.makeFirst()
    for (const nodes of counts) {
      sizes.push(await scale.measure(nodes, runs))
      say(tableOfSizes(sizes))
    }
  } finally {
    await endpoints.remove()
  }
  const svg = curvesSvg(
    sizes.map(({ nodes, applies }) => ({
      nodes,
      seconds: middle(applies, (run) => run.seconds),
      megabytes: middle(applies, (run) => run.residentBytes / 1e6),
      descriptors: middle(applies, (run) => run.descriptors),
    })),
  )
  return {
    figures: [...sizes.flatMap(figuresOf), ...growth(sizes)],
    tables: [tableOfSizes(sizes)],
    files: { 'scale.svg': svg },
    raw: sizes,
  }
}
