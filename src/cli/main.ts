#!/usr/bin/env node
/** The entry of the command `bramble`. */
import { reasonOf } from '../support/reason.ts'
import { readVersion } from '../support/version.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { loadProgram } from './load-program.ts'
import { watchOutput } from './output.ts'
import type { Surroundings } from './surroundings.ts'

const words = process.argv.slice(2)

const hasColour = !words.includes('--no-color')
const options = { json: words.includes('--json'), debug: words.includes('--debug') }

/** Asked by scripts at every start: answered before anything else is loaded. */
const isVersion = words.length === 1 && (words[0] === '--version' || words[0] === '-V')

const output = watchOutput(process.stdout, process.stderr)

// What is thrown where nobody waits for it is a defect too, and is told like one.
process.on('uncaughtException', (error) => void tellDefect(error))
process.on('unhandledRejection', (reason) => void tellDefect(reason))

if (isVersion) {
  process.stdout.write(`${readVersion()}\n`)
  void leave(EXIT.ok)
} else void run().then(leave)

async function run(): Promise<ExitCode> {
  const { runCli } = await loadProgram()
  return runCli(words, surroundings())
}

function surroundings(): Surroundings {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    folder: process.cwd(),
    loadCluster: async () => (await loadProgram()).loadCluster(),
  }
}

async function tellDefect(error: unknown): Promise<never> {
  const { showFailure, terminalOf } = await loadProgram().catch(() => {
    process.stderr.write(`bramble cannot be loaded; install it anew\n${reasonOf(error)}\n`)
    process.exit(EXIT.defect)
  })
  return leave(showFailure(terminalOf(surroundings(), hasColour), error, options))
}

/** Ends the process once everything is written: an open connection must not keep it. */
async function leave(code: ExitCode): Promise<never> {
  await output.drained()
  const failure = output.failure()
  if (failure === undefined) process.exit(code)
  const { OutputError, showFailure, terminalOf } = await loadProgram()
  const told = showFailure(terminalOf(surroundings(), hasColour), new OutputError(failure), options)
  await output.drained()
  process.exit(code === EXIT.ok || code === EXIT.changes ? told : code)
}
