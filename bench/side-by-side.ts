/** Bramble beside what people use for the same work: the same state, the same nodes, one after the other in each round. */
import { alignedTable, median, shortNumber, type Figure } from './figure.ts'
import type { Benchmark, BenchOptions } from './benchmark.ts'
import { runInGroup, undisturbed } from './command-group.ts'
import { idleShareOf } from './processor-time.ts'
import { ansibles } from './side-by-side/ansible.ts'
import { bramble } from './side-by-side/bramble.ts'
import { CASES, type Case } from './side-by-side/cases.ts'
import type { Contender, Tool } from './side-by-side/contender.ts'
import { pyinfra } from './side-by-side/pyinfra.ts'
import { takeSample, type Sample } from './side-by-side/sample.ts'
import { bareLogin, shellProgram } from './side-by-side/shell-program.ts'
import { SiteNodes } from './side-by-side/site-nodes.ts'
import { SIZE_UNIT, wantedState } from './side-by-side/wanted-state.ts'

const TOOLS: readonly Tool[] = [bramble, bareLogin, shellProgram, pyinfra, ...ansibles]

/** Whoever takes longer than this is measured twice only. */
const LONG_SECONDS = 120
const RUNS_OF_LONG = 2
const ATTEMPTS_TO_SETTLE = 4

const ANSIBLE_AT_LEAST = 60
const MITOGEN_AT_LEAST = 20

/** One cell of the matrix. */
interface Setting {
  readonly one: Case
  readonly size: number
  readonly nodes: number
  readonly delay: number
}

/** What was measured in one setting, by tool. */
type Measured = ReadonlyMap<Tool, readonly Sample[]>

class Comparison {
  readonly #site: SiteNodes
  readonly #tools: readonly Tool[]
  readonly #idleShare: number
  readonly #say: (text: string) => void
  readonly #keep: (seen: object) => void
  /** What all tools have found to be as wanted: `size nodes`. */
  readonly #settled = new Set<string>()
  #contenders: ReadonlyMap<Tool, Contender> = new Map()
  #run = 0

  constructor(
    site: SiteNodes,
    tools: readonly Tool[],
    idleShare: number,
    say: (text: string) => void,
    keep: (seen: object) => void,
  ) {
    this.#site = site
    this.#tools = tools
    this.#idleShare = idleShare
    this.#say = say
    this.#keep = keep
  }

  async measure(setting: Setting, runs: number): Promise<Measured> {
    const { one, size, nodes, delay } = setting
    await this.#site.openRelays(nodes, delay)
    const opened: [Tool, Contender][] = []
    for (const tool of this.#tools) opened.push([tool, await tool.open(await this.#site.site(tool.name))])
    this.#contenders = new Map(opened)
    const tools = this.#tools.filter((tool) => !(one.changes && tool === bareLogin))
    const samples = new Map<Tool, Sample[]>(tools.map((tool) => [tool, []]))
    if (one.prepare === undefined) await this.#settle(size, nodes)
    for (let round = 1; round <= runs; round++) {
      for (const [tool, taken] of samples) {
        const isLong = one.isLong === true || (taken[0]?.seconds ?? 0) > LONG_SECONDS
        if (isLong && taken.length >= RUNS_OF_LONG) continue
        this.#say(`${titleOf(setting)}: ${tool.title}, ${round} of ${runs}`)
        const sample = await undisturbed(this.#say, () => this.#sample(tool, setting))
        taken.push(sample)
        this.#keep({ ...setting, one: one.name, tool: tool.name, round, sample })
      }
      // A comparison takes long: whoever watches sees what there is so far.
      if (round < runs) this.#say(`\n${tableOfSetting(setting, samples)}`)
    }
    if (one.prepare) this.#settled.clear()
    return samples
  }

  #contender(tool: Tool): Contender {
    const contender = this.#contenders.get(tool)
    if (!contender) throw new Error(`${tool.name} is not open`)
    return contender
  }

  /** Runs the tools in turn until none of them finds anything to do: what one changes may be for another to mend. */
  async #settle(size: number, nodes: number): Promise<void> {
    const key = `${size} ${nodes}`
    if (this.#settled.has(key)) return
    for (const tool of this.#tools) await this.#contender(tool).write(wantedState(size))
    let content = 0
    for (let turn = 0; content < this.#tools.length; turn++) {
      const tool = this.#tools[turn % this.#tools.length] as Tool
      if (turn === ATTEMPTS_TO_SETTLE * this.#tools.length)
        throw new Error(`${tool.title} always finds something to change`)
      const contender = this.#contender(tool)
      const taken = await runInGroup(await contender.command())
      const changed = contender.changed(taken)
      content = changed ? 0 : content + 1
      this.#say(
        `settling: ${tool.title} ${taken.seconds.toFixed(1)} s${changed ? ', changed something' : ''}`,
      )
    }
    this.#settled.add(key)
  }

  async #sample(tool: Tool, { one, size, nodes }: Setting): Promise<Sample> {
    const contender = this.#contender(tool)
    const state = one.state(size, ++this.#run)
    const names = this.#site.names.slice(0, nodes)
    await one.prepare?.(this.#site, state)
    await contender.write(state)
    const { proof } = one
    const look = (): Promise<string[]> =>
      Promise.all(names.map((name) => this.#site.cluster.inNode(name, ...(proof?.argv ?? ['true']))))
    const before = await look()
    const sample = await takeSample(
      this.#site,
      contender,
      this.#idleShare * nodes,
      tool === bareLogin ? false : one.changes,
    )
    const after = await look()
    for (const [index, text] of after.entries()) {
      if (proof && (proof.becomes ? text !== proof.becomes(state) : text === before[index]))
        throw new Error(`${tool.title} has not done its work on ${names[index]}: ${text}`)
    }
    return sample
  }
}

function titleOf({ one, size, nodes, delay }: Setting): string {
  return `${one.title}, ${size} resources, ${nodes} ${nodes === 1 ? 'node' : 'nodes'}, ${delay} ms`
}

const HEAD = [
  'contender',
  'time, s',
  'from',
  'to',
  'n',
  '/ Bramble',
  'CPU / Bramble',
  'CPU, s',
  'memory, MB',
  'up, KiB',
  'down, KiB',
  'connections',
  'turns',
  'processes',
  'node CPU, s',
]

/** Ratios of one tool to Bramble in the same round. */
function ratios(
  samples: readonly Sample[],
  base: readonly Sample[],
  pick: (sample: Sample) => number = ({ seconds }) => seconds,
): number[] {
  return samples.map((sample, index) => {
    const other = base[index]
    return other ? pick(sample) / pick(other) : NaN
  })
}

function tableOfSetting(setting: Setting, measured: Measured): string {
  const base = measured.get(bramble) ?? []
  const allCpu = (sample: Sample): number => sample.controllerSeconds + setting.nodes * sample.nodeSeconds
  const rows = [...measured].map(([tool, samples]) => {
    const middle = (pick: (sample: Sample) => number): string => shortNumber(median(samples.map(pick)))
    const seconds = samples.map((sample) => sample.seconds)
    const ratio = (pick?: (sample: Sample) => number): string =>
      base.length > 0 ? shortNumber(median(ratios(samples, base, pick))) : ''
    return [
      tool.title,
      middle((s) => s.seconds),
      shortNumber(Math.min(...seconds)),
      shortNumber(Math.max(...seconds)),
      String(samples.length),
      ratio(),
      ratio(allCpu),
      middle((s) => s.controllerSeconds),
      middle((s) => s.controllerBytes / 1e6),
      middle((s) => s.bytesUp / 1024),
      middle((s) => s.bytesDown / 1024),
      middle((s) => s.connections),
      middle((s) => s.turns),
      middle((s) => s.processes),
      middle((s) => s.nodeSeconds),
    ]
  })
  return `${titleOf(setting)}\n${alignedTable([HEAD, ...rows])}`
}

const TARGETS: readonly [tool: string, atLeast: number][] = [
  ['ansible', ANSIBLE_AT_LEAST],
  ['ansible-tuned', ANSIBLE_AT_LEAST],
  ['mitogen', MITOGEN_AT_LEAST],
]

/** What is promised is promised of five nodes with nothing to do on fifty resources. */
function figuresOf({ one, size, nodes, delay }: Setting, measured: Measured): Figure[] {
  if (one.name !== 'nothing' || size !== 50 || nodes !== 5 || delay !== 0) return []
  const base = measured.get(bramble) ?? []
  return [...measured].flatMap(([tool, samples]) => {
    const target = TARGETS.find(([name]) => name === tool.name)
    const name = `time of ${tool.title} / Bramble`
    return target ? [{ name, unit: '', samples: ratios(samples, base), atLeast: target[1] }] : []
  })
}

function settingsOf({ cases, sizes, nodes, delays }: BenchOptions): Setting[] {
  const wanted = CASES.filter(({ name }) => cases.includes(name))
  if (wanted.length < cases.length) throw new Error(`--cases: ${CASES.map(({ name }) => name).join(', ')}`)
  if (sizes.some((size) => size % SIZE_UNIT !== 0)) throw new Error(`--sizes: multiples of ${SIZE_UNIT}`)
  return sizes.flatMap((size) =>
    nodes.flatMap((count) =>
      delays.flatMap((delay) => wanted.map((one) => ({ one, size, nodes: count, delay }))),
    ),
  )
}

async function toolsOf(names: readonly string[], notes: string[]): Promise<Tool[]> {
  const present: Tool[] = []
  for (const tool of TOOLS) {
    if (names.length > 0 && !names.includes(tool.name)) continue
    const lacks = await tool.lacks()
    if (lacks === undefined) present.push(tool)
    else notes.push(`Left out: ${tool.title}: ${lacks}`)
  }
  return present
}

const LEGEND =
  'CPU and memory are those of the controller and all that it starts; bytes, connections, turns (how often the client speaks after the node has: at least so many round trips) and CPU of a node are means of one node; processes are those that start on the first node. "/ Bramble": median of the ratios of each round; "CPU / Bramble": the same of the processor time of both sides, which hardly depends on what else the computer does.'

/** Measures every setting that the options ask for. */
export const benchmark: Benchmark = async (options, say, keep) => {
  const settings = settingsOf(options)
  const notes: string[] = [LEGEND]
  const tools = await toolsOf(options.tools, notes)
  // Before an hour is spent on less than was meant.
  for (const note of notes.slice(1)) say(note)
  const site = await SiteNodes.up(Math.max(...options.nodes), say)
  const figures: Figure[] = []
  const tables: string[] = []
  const raw: object[] = []
  try {
    const idle = (await idleShareOf(site.cluster)) / site.names.length
    const comparison = new Comparison(site, tools, idle, say, keep)
    for (const setting of settings) {
      const measured = await comparison.measure(setting, options.runs)
      const table = tableOfSetting(setting, measured)
      say(`\n${table}`)
      tables.push(table)
      figures.push(...figuresOf(setting, measured))
      raw.push({
        ...setting,
        one: setting.one.name,
        samples: Object.fromEntries([...measured].map(([tool, samples]) => [tool.name, samples])),
      })
    }
  } finally {
    await site.remove()
  }
  return { figures, tables, notes, raw }
}
