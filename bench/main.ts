/** `npm run bench -- NAME`: measures what Bramble promises, prints a table, and keeps the raw figures. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { Benchmark, BenchOptions, Outcome } from './benchmark.ts'
import { isBuilt, REPOSITORY } from './built.ts'
import { tableOf } from './figure.ts'
import { machineLine, readMachine } from './machine.ts'
import { removeScratchLabs } from './scratch-lab.ts'

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

function say(text: string): void {
  process.stderr.write(`${text}\n`)
}

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

async function keep(name: string, record: unknown): Promise<string> {
  const folder = join(REPOSITORY, '.cache/bench')
  await mkdir(folder, { recursive: true })
  const file = join(folder, `${name}-${new Date().toISOString().replaceAll(':', '')}.json`)
  await writeFile(file, `${JSON.stringify(record, undefined, 2)}\n`)
  return file
}

async function measure(name: string, options: BenchOptions): Promise<void> {
  const load = BENCHMARKS[name]
  if (!load) throw new Error(USAGE)
  if (!isBuilt()) throw new Error('there is no build to measure\n  type: npm run build')
  const machine = await readMachine(REPOSITORY)
  const { benchmark } = await load()
  const outcome: Outcome = await benchmark(options, say)
  const record = { benchmark: name, at: new Date().toISOString(), machine, ...outcome }
  const file = await keep(name, record)
  const notes = (outcome.notes ?? []).map((note) => `${note}\n`).join('')
  process.stdout.write(
    `${name}: ${machineLine(machine)}\n\n${tableOf(outcome.figures)}${notes && `\n${notes}`}\n${file}\n`,
  )
}

let isLeaving = false

async function leave(code: number): Promise<void> {
  if (isLeaving) return
  isLeaving = true
  await removeScratchLabs().catch((error: unknown) => say(String(error)))
  process.exit(code)
}

function complain(error: unknown): Promise<void> {
  say(error instanceof Error ? (error.stack ?? error.message) : String(error))
  return leave(1)
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void leave(130))
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => void complain(error))
}
try {
  const { name, options } = readWords()
  if (isBuilt()) await removeScratchLabs()
  await measure(name, options)
  await leave(0)
} catch (error) {
  await complain(error)
}
