/** The tests on virtual nodes again and again, every second round beside other work: a test that only mostly passes shows. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { REPOSITORY } from '../bench/built.ts'
import { run } from '../src/support/run.ts'
import { trialOf, type Experiment } from './fault.ts'

/** Busy processes beside every second round. */
const LOAD = 20
/** Against hanging: a round takes a quarter of an hour alone, and many times that beside a load. */
const ROUND_SECONDS = 4 * 60 * 60

/** The parts of vitest's JSON report (Jest's form) that count. */
interface Report {
  readonly testResults: readonly {
    readonly name: string
    readonly status: string
    readonly message: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages: readonly string[]
    }[]
  }[]
}

/** What a round showed. */
interface Round {
  readonly passed: number
  readonly skipped: readonly string[]
  readonly failed: readonly string[]
}

/** Runs as many rounds as it is told. */
export const repeat: Experiment = async ({ runs }, tell, say) => {
  for (let round = 1; round <= runs; round++) {
    const load = round % 2 === 0 ? LOAD : 0
    const beside = load === 0 ? 'alone' : `beside ${load} busy processes`
    say(`round ${round} of ${runs}, ${beside}`)
    const started = performance.now()
    const { passed, skipped, failed } = await besideLoad(load, labTests)
    const minutes = ((performance.now() - started) / 60_000).toFixed(1)
    const what = `round ${round}: ${passed} passed, ${failed.length} failed, ${skipped.length} skipped, ${minutes} min`
    const nothing = passed === 0 && failed.length === 0 ? ['no test ran'] : []
    tell(trialOf(`tests on virtual nodes, ${beside}`, what, [...failed, ...nothing], { skipped }))
  }
}

async function besideLoad<Value>(processes: number, work: () => Promise<Value>): Promise<Value> {
  const busy: ChildProcess[] = []
  const end = (): void => busy.forEach((child) => child.kill('SIGKILL'))
  // However the experiment ends, also by a signal.
  process.once('exit', end)
  try {
    for (let count = 0; count < processes; count++) busy.push(spawn('yes', [], { stdio: 'ignore' }))
    return await work()
  } finally {
    end()
    process.off('exit', end)
  }
}

async function labTests(): Promise<Round> {
  const folder = mkdtempSync(join(tmpdir(), 'bramble-repeat-'))
  const file = join(folder, 'report.json')
  const words = ['run', '--config', 'vitest.lab.config.ts', '--reporter=json', `--outputFile.json=${file}`]
  try {
    const { code, stderr } = await run('node_modules/.bin/vitest', words, {
      folder: REPOSITORY,
      timeoutSeconds: ROUND_SECONDS,
    })
    return roundOf(JSON.parse(readFileSync(file, 'utf8')) as Report, code, stderr)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function roundOf({ testResults }: Report, code: number, stderr: string): Round {
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const of = (...wanted: readonly string[]) => tests.filter(({ status }) => wanted.includes(status))
  const failed = [
    ...of('failed').map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages.join(' ')}`),
    // A file that cannot be loaded has no tests; it is a failure all the same.
    ...testResults
      .filter(({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0)
      .map(({ name, message }) => `${name}: ${message}`),
  ]
  return {
    passed: of('passed').length,
    skipped: of('skipped', 'pending').map(({ fullName }) => fullName),
    failed: failed.length === 0 && code !== 0 ? [`vitest ended with ${code}: ${stderr.trim()}`] : failed,
  }
}
