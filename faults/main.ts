/** `npm run faults -- NAME`: tries to break what Bramble promises, prints what held, and keeps the raw record. */
import { parseArgs } from 'node:util'
import { isBuilt, REPOSITORY } from '../bench/built.ts'
import {
  HelpWanted,
  keepLines,
  keepRecord,
  readOrEnd,
  runAndLeave,
  say,
  UsageError,
} from '../bench/command-line.ts'
import { alignedTable } from '../bench/figure.ts'
import { machineLine, readMachine } from '../bench/machine.ts'
import { namesWithNeeds, requireAll, type NeedName } from '../bench/needs.ts'
import { reasonOf } from '../src/support/reason.ts'
import type { Experiment, FaultOptions, Trial } from './fault.ts'

interface Entry {
  /** What is tried, in a few words. */
  readonly what: string
  readonly needs: readonly NeedName[]
  readonly load: () => Promise<Experiment>
}

const EXPERIMENTS: Readonly<Record<string, Entry>> = {
  boundaries: {
    what: 'the plug is pulled at each boundary of a program',
    needs: ['lab'],
    load: async () => (await import('./cut.ts')).boundaries,
  },
  cut: {
    what: 'the plug is pulled at random moments',
    needs: ['lab'],
    load: async () => (await import('./cut.ts')).moments,
  },
  mishaps: {
    what: 'what goes wrong in the middle of an apply besides the power',
    needs: ['lab'],
    load: async () => (await import('./mishaps.ts')).mishaps,
  },
  controllers: {
    what: 'two controllers, one that died, clocks years apart',
    needs: ['lab'],
    load: async () => (await import('./controllers.ts')).controllers,
  },
  'no-trace': {
    what: 'roles come and go, and leave nothing behind',
    needs: ['lab'],
    load: async () => (await import('./no-trace.ts')).noTrace,
  },
  fsync: {
    what: 'files are on the disk before they are in place',
    needs: ['lab'],
    load: async () => (await import('./fsync.ts')).experiment,
  },
  consul: {
    what: 'a datacentre that loses members while it is changed',
    needs: ['lab'],
    load: async () => (await import('./consul.ts')).experiment,
  },
  secrets: {
    what: 'secrets show nowhere',
    needs: ['lab', 'strace', 'script'],
    load: async () => (await import('./secrets.ts')).experiment,
  },
  repeat: {
    what: 'the tests on virtual nodes, again and again beside load',
    needs: ['lab'],
    load: async () => (await import('./repeat.ts')).repeat,
  },
}

const USAGE = `usage: npm run faults -- NAME [options]; npm run faults -- --help shows the names\n`

const HELP = `Tries to break what Bramble promises, prints what held, and keeps the raw record in
.cache/faults.

Usage: npm run faults -- NAME [options]

Experiments, and what each needs beside the build (npm run build):
${namesWithNeeds(EXPERIMENTS)}

Options:
  --seed N    where chance begins: the same seed tries the same
  --runs N    so many rounds; 3 when left out
  --release   of consul: the release that was built here, not Debian's package
  --emulated  of boundaries and cut: on an emulated machine, whose disk forgets what was
              not flushed; each cut takes minutes
  --in-a-row N  of cut: N cuts in each round, the apply that mends is cut too; 1 when left
              out
  -h, --help  show this help
`

function readWords(): { entry: Entry; name: string; options: FaultOptions } {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      runs: { type: 'string', default: '3' },
      release: { type: 'boolean', default: false },
      emulated: { type: 'boolean', default: false },
      'in-a-row': { type: 'string', default: '1' },
      help: { type: 'boolean', short: 'h', default: false },
      seed: { type: 'string', default: String(Math.floor(Math.random() * 1e6)) },
    },
  })
  if (values.help) throw new HelpWanted(HELP)
  const [runs, seed, inARow] = [Number(values.runs), Number(values.seed), Number(values['in-a-row'])]
  if (![runs, seed, inARow - 1].every((value) => Number.isInteger(value) && value >= 0))
    throw new UsageError(USAGE)
  const name = positionals[0] ?? ''
  const entry = EXPERIMENTS[name]
  if (!entry) throw new UsageError(USAGE)
  const { release, emulated } = values
  return { entry, name, options: { runs, seed, release, emulated, inARow } }
}

/** What makes the same experiment again. */
function wordsOf(name: string, { seed, runs, release, emulated, inARow }: FaultOptions): string {
  const flags = [
    ...(release ? ['--release'] : []),
    ...(emulated ? ['--emulated'] : []),
    ...(inARow > 1 ? [`--in-a-row ${inARow}`] : []),
  ]
  return [name, `--seed ${seed} --runs ${runs}`, ...flags].join(' ')
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

async function attempt({ needs, load }: Entry, name: string, options: FaultOptions): Promise<number> {
  if (!isBuilt()) throw new UsageError('there is no build to try\n  type: npm run build')
  await requireAll(name, options.emulated ? [...needs, 'emulator'] : needs)
  const machine = await readMachine(REPOSITORY)
  const again = `npm run faults -- ${wordsOf(name, options)}`
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

const { entry, name, options } = readOrEnd(readWords)
await runAndLeave(() => attempt(entry, name, options))
