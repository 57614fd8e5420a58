/** `npm run bench -- NAME`: measures what Bramble promises, prints a table, and keeps the raw figures. */
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark, BenchOptions, Outcome } from './benchmark.ts'
import { isBuilt, REPOSITORY } from './built.ts'
import { HelpWanted, keepLines, keepRecord, readOrEnd, runAndLeave, say, UsageError } from './command-line.ts'
import { tableOf } from './figure.ts'
import { machineLine, readMachine } from './machine.ts'
import { namesWithNeeds, requireAll, type NeedName } from './needs.ts'

/** What is measured when the command line does not say. */
type Defaults = Partial<Pick<BenchOptions, 'runs' | 'sizes' | 'nodes' | 'delays' | 'cases'>>

interface Entry {
  /** What is measured, in a few words. */
  readonly what: string
  readonly needs: readonly NeedName[]
  readonly load: () => Promise<{ readonly benchmark: Benchmark }>
  readonly defaults?: Defaults
  /** With `--all`. */
  readonly all?: Defaults
}

const BENCHMARKS: Readonly<Record<string, Entry>> = {
  noop: {
    what: 'an apply that finds nothing to do, against bare logins',
    needs: ['lab'],
    load: () => import('./noop.ts'),
  },
  whole: {
    what: 'the same with all roles of an office, and its names beside a bare Unbound',
    needs: ['lab', 'dnsperf'],
    load: () => import('./whole.ts'),
  },
  update: {
    what: 'packages brought up to date, with a cache of them and without',
    needs: ['lab'],
    load: () => import('./update.ts'),
    defaults: { runs: 3 },
  },
  processes: {
    what: 'the processes that an apply starts on a node',
    needs: ['lab'],
    load: () => import('./processes.ts'),
  },
  change: { what: 'one change on one node', needs: ['lab'], load: () => import('./change.ts') },
  fresh: { what: 'from nothing to a datacentre of Consul', needs: ['lab'], load: () => import('./fresh.ts') },
  rolling: {
    what: 'a change that goes round a consensus group',
    needs: ['lab'],
    load: () => import('./rolling.ts'),
  },
  memory: {
    what: 'the memory of nodes that have what an apply brings',
    needs: ['lab'],
    load: () => import('./memory.ts'),
  },
  compile: {
    what: 'from a large cluster file to all programs, without nodes',
    needs: [],
    load: () => import('./compile.ts'),
    defaults: { sizes: [100, 300, 1000] },
  },
  growth: {
    what: 'what more resources cost a node',
    needs: ['lab'],
    load: () => import('./growth.ts'),
    defaults: { sizes: [50, 500], nodes: [2], runs: 9 },
  },
  scale: {
    what: 'hundreds of nodes, with what an SSH server costs each',
    needs: ['root', 'sshd', 'unshare'],
    load: () => import('./scale.ts'),
    defaults: { sizes: [100, 300, 1000], runs: 3 },
  },
  'side-by-side': {
    what: 'the same work by Bramble, Ansible, Mitogen, pyinfra and plain sh',
    needs: ['lab'],
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

const USAGE = `usage: npm run bench -- NAME [options]; npm run bench -- --help shows the names\n`

const HELP = `Measures what Bramble promises, prints a table, and keeps the raw figures in
.cache/bench.

Usage: npm run bench -- NAME [options]

Benchmarks, and what each needs beside the build (npm run build):
${namesWithNeeds(BENCHMARKS)}

Options:
  --runs N          so many samples of each figure
  --sizes N,N       sizes of what is generated
  --release         the release of Consul that was built here, not Debian's package
  -h, --help        show this help
Of side-by-side:
  --nodes N,N       so many nodes
  --delay MS,MS     round trips that are added, in milliseconds
  --cases NAME,...  nothing, file, service, bare
  --tools NAME,...  only these tools
  --all             every size, number of nodes, delay and case: takes hours
`

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
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) throw new HelpWanted(HELP)
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

async function measure({ load, needs }: Entry, name: string, options: BenchOptions): Promise<void> {
  if (!isBuilt()) throw new UsageError('there is no build to measure\n  type: npm run build')
  await requireAll(name, needs)
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

const { entry, name, options } = readOrEnd(readWords)
await runAndLeave(async () => {
  await measure(entry, name, options)
  return 0
})
