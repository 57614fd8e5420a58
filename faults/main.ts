/** `npm run faults -- NAME`: tries to break what Bramble promises, prints what held, and keeps the raw record. */
import { parseArgs } from 'node:util'
import { isBuilt, REPOSITORY } from '../bench/built.ts'
import { keepLines, keepRecord, runAndLeave, say, UsageError } from '../bench/command-line.ts'
import { alignedTable } from '../bench/figure.ts'
import { machineLine, readMachine } from '../bench/machine.ts'
import { reasonOf } from '../src/support/reason.ts'
import type { Experiment, FaultOptions, Trial } from './fault.ts'

const EXPERIMENTS: Readonly<Record<string, () => Promise<Experiment>>> = {
  boundaries: async () => (await import('./cut.ts')).boundaries,
  cut: async () => (await import('./cut.ts')).moments,
  mishaps: async () => (await import('./mishaps.ts')).mishaps,
  controllers: async () => (await import('./controllers.ts')).controllers,
  'no-trace': async () => (await import('./no-trace.ts')).noTrace,
  fsync: async () => (await import('./fsync.ts')).experiment,
  consul: async () => (await import('./consul.ts')).experiment,
  secrets: async () => (await import('./secrets.ts')).experiment,
  repeat: async () => (await import('./repeat.ts')).repeat,
}

const USAGE = `usage: npm run faults -- ${Object.keys(EXPERIMENTS).join('|')} [--seed N] [--runs N]\n       consul also: [--release]\n`

function readWords(): { name: string; options: FaultOptions } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '3' },
      release: { type: 'boolean', default: false },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    },
  })
  const [runs, seed] = [Number(values.runs), Number(values.seed)]
  if (![runs, seed].every((value) => Number.isInteger(value) && value >= 0)) throw new UsageError(USAGE)
  return { name: positionals[0] ?? '', options: { runs, seed, release: values.release } }
}

/** One row a promise. */
function tableOf(trials: readonly Trial[]): string {
  const promises = [...new Set(trials.map(({ promise }) => promise))]
  const rows = promises.map((promise) => {
    const own = trials.filter((trial) => trial.promise === promise)
    const broken = own.filter((trial) => trial.broken !== undefined).length
    return [promise, String(own.length), String(own.length - broken), broken === 0 ? 'held' : 'BROKEN']
  })
  return alignedTable([['promise', 'tried', 'held', ''], ...rows])
}

const SHOWN_LINES = 20

function reportOf(trials: readonly Trial[]): string {
  const broken = trials.flatMap(({ promise, what, broken: how }) =>
    how === undefined
      ? []
      : [
          `BROKEN ${promise}: ${what}\n${how
            .slice(0, SHOWN_LINES)
            .map((line) => `    ${line}\n`)
            .join('')}`,
        ],
  )
  return `${tableOf(trials)}\n${broken.join('')}`
}

async function attempt(name: string, options: FaultOptions): Promise<number> {
  const load = EXPERIMENTS[name]
  if (!load) throw new UsageError(USAGE)
  if (!isBuilt()) throw new UsageError('there is no build to try\n  type: npm run build')
  const machine = await readMachine(REPOSITORY)
  const again = `npm run faults -- ${name} --seed ${options.seed} --runs ${options.runs}${options.release ? ' --release' : ''}`
  say(`${again}\n${machineLine(machine)}`)
  const experiment = await load()
  const trials: Trial[] = []
  const keep = keepLines('faults', name)
  const tell = (trial: Trial): void => {
    trials.push(trial)
    keep(trial)
    say(`${trial.broken === undefined ? 'held  ' : 'BROKEN'} ${trial.what}: ${trial.promise}`)
    for (const line of trial.broken?.slice(0, SHOWN_LINES) ?? []) say(`    ${line}`)
  }
  let failure: unknown
  await experiment(options, tell, say).catch((error: unknown) => (failure = error))
  const record = { experiment: name, again, at: new Date().toISOString(), machine, options, trials }
  const file = await keepRecord('faults', name, {
    ...record,
    ...(failure !== undefined && { failure: reasonOf(failure) }),
  })
  process.stdout.write(`${name}: ${machineLine(machine)}\n${again}\n\n${reportOf(trials)}${file}\n`)
  if (failure !== undefined) throw failure
  return trials.length > 0 && trials.every(({ broken }) => broken === undefined) ? 0 : 1
}

await runAndLeave(async () => {
  const { name, options } = readWords()
  return attempt(name, options)
})
