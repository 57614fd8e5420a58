/** `npm run bench -- NAME`: measures what Bramble promises, prints a table, and keeps the raw figures. */
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark, BenchOptions, Outcome } from './benchmark.ts'
import { isBuilt, REPOSITORY } from './built.ts'
import { keepLines, keepRecord, runAndLeave, say, UsageError } from './command-line.ts'
import { tableOf } from './figure.ts'
import { machineLine, readMachine } from './machine.ts'

/** What is measured when the command line does not say. */
type Defaults = Partial<Pick<BenchOptions, 'runs' | 'sizes' | 'nodes' | 'delays' | 'cases'>>

interface Entry {
  readonly load: () => Promise<{ readonly benchmark: Benchmark }>
  readonly defaults?: Defaults
  /** With `--all`. */
  readonly all?: Defaults
}

const BENCHMARKS: Readonly<Record<string, Entry>> = {
  noop: { load: () => import('./noop.ts') },
  processes: { load: () => import('./processes.ts') },
  change: { load: () => import('./change.ts') },
  fresh: { load: () => import('./fresh.ts') },
  rolling: { load: () => import('./rolling.ts') },
  memory: { load: () => import('./memory.ts') },
  compile: { load: () => import('./compile.ts'), defaults: { sizes: [100, 300, 1000] } },
  growth: { load: () => import('./growth.ts'), defaults: { sizes: [50, 500], nodes: [2], runs: 9 } },
  scale: { load: () => import('./scale.ts'), defaults: { sizes: [100, 300, 1000], runs: 3 } },
  'side-by-side': {
    load: () => import('./side-by-side.ts'),
    defaults: { sizes: [50], nodes: [5], delays: [0], cases: ['nothing'] },
    all: {
      sizes: [50, 200, 500],
      nodes: [1, 5, 20],
      delays: [0, 50],
      cases: ['nothing', 'file', 'service', 'bare'],
    },
  },
}

const USAGE =
  `usage: npm run bench -- ${Object.keys(BENCHMARKS).join('|')} [--runs N] [--sizes N,N] [--release]\n` +
  '       side-by-side also: [--nodes N,N] [--delay MILLISECONDS,...] [--cases NAME,...] [--tools NAME,...] [--all]\n'

function numbersOf(text: string | undefined, least: number): number[] | undefined {
  const numbers = text?.split(',').map(Number)
  if (numbers?.some((value) => !Number.isInteger(value) || value < least)) throw new UsageError(USAGE)
  return numbers
}

function readWords(): { entry: Entry; name: string; options: BenchOptions } {
  const text = { type: 'string' } as const
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: text,
      sizes: text,
      nodes: text,
      delay: text,
      cases: text,
      tools: text,
      all: { type: 'boolean', default: false },
      release: { type: 'boolean', default: false },
    },
  })
  const name = positionals[0] ?? ''
  const entry = BENCHMARKS[name]
  if (!entry) throw new UsageError(USAGE)
  const defaults = { ...entry.defaults, ...(values.all && entry.all) }
  const options = {
    runs: numbersOf(values.runs, 1)?.[0] ?? defaults.runs ?? 5,
    sizes: numbersOf(values.sizes, 1) ?? defaults.sizes ?? [],
    nodes: numbersOf(values.nodes, 1) ?? defaults.nodes ?? [],
    delays: numbersOf(values.delay, 0) ?? defaults.delays ?? [],
    cases: values.cases?.split(',') ?? defaults.cases ?? [],
    tools: values.tools?.split(',') ?? [],
    release: values.release,
  }
  return { entry, name, options }
}

async function measure({ load }: Entry, name: string, options: BenchOptions): Promise<void> {
  if (!isBuilt()) throw new UsageError('there is no build to measure\n  type: npm run build')
  const machine = await readMachine(REPOSITORY)
  const { benchmark } = await load()
  const { files = {}, ...outcome }: Outcome = await benchmark(options, say, keepLines('bench', name))
  const loadAfter = (await readMachine(REPOSITORY)).load
  const record = { benchmark: name, at: new Date().toISOString(), machine, loadAfter, options, ...outcome }
  const file = await keepRecord('bench', name, record)
  for (const [other, text] of Object.entries(files)) await writeFile(join(dirname(file), other), text)
  const notes = (outcome.notes ?? []).map((note) => `${note}\n`).join('')
  const tables = [
    ...(outcome.tables ?? []),
    ...(outcome.figures.length > 0 ? [tableOf(outcome.figures)] : []),
  ]
  process.stdout.write(
    `${name}: ${machineLine(machine)}\n\n${tables.join('\n')}${notes && `\n${notes}`}\n${file}\n`,
  )
}

await runAndLeave(async () => {
  const { entry, name, options } = readWords()
  await measure(entry, name, options)
  return 0
})
