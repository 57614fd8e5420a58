#!/usr/bin/env node
/** The entry of the command `bramble`. */
import { reasonOf } from '../support/reason.ts'
import { readVersion } from '../support/version.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { loadProgram } from './load-program.ts'
import type { Surroundings } from './surroundings.ts'

const words = process.argv.slice(2)

/** Asked by scripts at every start: answered before anything else is loaded. */
const isVersion = words.length === 1 && (words[0] === '--version' || words[0] === '-V')

// A reader that has seen enough, such as `head`, is not an error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(process.exitCode ?? 0)
  })
}

// What is thrown where nobody waits for it is a defect too, and is told like one.
process.on('uncaughtException', (error) => void tellDefect(error))
process.on('unhandledRejection', (reason) => void tellDefect(reason))

if (isVersion) process.stdout.write(`${readVersion()}\n`)
else void run().then(leave)

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
  const options = { json: words.includes('--json'), debug: words.includes('--debug') }
  return leave(showFailure(terminalOf(surroundings(), !words.includes('--no-color')), error, options))
}

/** Ends the process once everything is written: an open connection must not keep it. */
async function leave(code: ExitCode): Promise<never> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((done) => stream.write('', () => done()))
  }
  process.exit(code)
}
