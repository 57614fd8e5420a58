/** `npm run bench -- NAME`: measures what Bramble promises, prints a table, and keeps the raw figures. */
import { parseArgs } from 'node:util'
import type { Benchmark, BenchOptions, Outcome } from './benchmark.ts'
import { isBuilt, REPOSITORY } from './built.ts'
import { keepRecord, runAndLeave, say } from './command-line.ts'
import { tableOf } from './figure.ts'
import { machineLine, readMachine } from './machine.ts'

const BENCHMARKS: Readonly<Record<string, () => Promise<{ readonly benchmark: Benchmark }>>> = {
  noop: () => import('./noop.ts'),
  processes: () => import('./processes.ts'),
  change: () => import('./change.ts'),
  fresh: () => import('./fresh.ts'),
  rolling: () => import('./rolling.ts'),
  memory: () => import('./memory.ts'),
  compile: () => import('./compile.ts'),
}

const USAGE = `usage: npm run bench -- ${Object.keys(BENCHMARKS).join('|')} [--runs N] [--sizes N,N] [--release]\n`

function readWords(): { name: string; options: BenchOptions } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '5' },
      sizes: { type: 'string', default: '100,300,1000' },
      release: { type: 'boolean', default: false },
    },
  })
  const sizes = values.sizes.split(',').map(Number)
  const runs = Number(values.runs)
  if (![runs, ...sizes].every((value) => Number.isInteger(value) && value > 0)) throw new Error(USAGE)
  return { name: positionals[0] ?? '', options: { runs, sizes, release: values.release } }
}

async function measure(name: string, options: BenchOptions): Promise<void> {
  const load = BENCHMARKS[name]
  if (!load) throw new Error(USAGE)
  if (!isBuilt()) throw new Error('there is no build to measure\n  type: npm run build')
  const machine = await readMachine(REPOSITORY)
  const { benchmark } = await load()
  const outcome: Outcome = await benchmark(options, say)
  const record = { benchmark: name, at: new Date().toISOString(), machine, ...outcome }
  const file = await keepRecord('bench', name, record)
  const notes = (outcome.notes ?? []).map((note) => `${note}\n`).join('')
  process.stdout.write(
    `${name}: ${machineLine(machine)}\n\n${tableOf(outcome.figures)}${notes && `\n${notes}`}\n${file}\n`,
  )
}

await runAndLeave(async () => {
  const { name, options } = readWords()
  await measure(name, options)
  return 0
})
