/** From whatever a command threw to what is shown and the exit status: mistakes of the user, refusals of the computer, defects. */
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandCodes } from '../diagnostics/catalogue/command.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { visible } from '../diagnostics/source-line.ts'
import { LabFailure, LabRefusal } from '../lab/lab-error.ts'
import { readVersion } from '../support/version.ts'
import { reasonOf } from '../support/reason.ts'
import { UsageError } from './context.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import type { OutputFailure } from './output.ts'
import { InterruptedError } from './interrupt.ts'
import { showDiagnostics, shownDiagnostics, type ClusterMeant } from './show-diagnostics.ts'
import type { Terminal } from './surroundings.ts'

/** How failures are to be shown. */
export interface FailureOptions extends ClusterMeant {
  readonly json: boolean
  /** The stack goes to the terminal instead of a file. */
  readonly debug: boolean
}

/** Something that the command had to say and that could not be written. */
export class OutputError extends Error {
  readonly diagnostics: readonly Diagnostic[]

  constructor(failure: OutputFailure) {
    super(failure.problem)
    this.diagnostics = [commandCodes.OUTPUT_UNWRITABLE(failure)]
  }
}

/** Shows a failure on standard error and, for programs, in place of the answer on standard output; gives the exit status. */
export function showFailure(terminal: Terminal, error: unknown, options: FailureOptions): ExitCode {
  if (error instanceof InterruptedError) return EXIT.interrupted
  if (error instanceof UsageError) return showUsage(terminal, error.message, options)
  const diagnostics = diagnosticsOf(error)
  if (diagnostics === undefined) return showDefect(terminal, error, options)
  refuse(terminal, diagnostics, options)
  if (options.debug) terminal.err(`${stackOf(error)}\n`)
  return EXIT.failure
}

/** Shows that a command line was not understood. */
export function showUsage(terminal: Terminal, message: string, options: FailureOptions): ExitCode {
  if (options.json) refuse(terminal, [commandCodes.NOT_UNDERSTOOD({ problem: message })], options)
  else terminal.err(`${terminal.errPalette.red('error')}: ${visible(message)}\n`)
  return EXIT.usage
}

/** A program that waits for an answer on standard output gets one, also when there is none. */
function refuse(terminal: Terminal, diagnostics: readonly Diagnostic[], options: FailureOptions): void {
  showDiagnostics(terminal, diagnostics, options)
  if (options.json)
    terminal.out(`${JSON.stringify({ diagnostics: shownDiagnostics(diagnostics, options) })}\n`)
}

/** What an error has to tell the user; undefined for a defect. */
function diagnosticsOf(error: unknown): readonly Diagnostic[] | undefined {
  if (!(error instanceof Error)) return undefined
  if ('diagnostics' in error && Array.isArray(error.diagnostics)) {
    return error.diagnostics as readonly Diagnostic[]
  }
  if (error instanceof LabRefusal || error instanceof LabFailure) return [labDiagnostic(error)]
  const { code, syscall } = error as NodeJS.ErrnoException
  // What the operating system refuses (a full disk, a missing permission) is nobody's defect.
  if (code !== undefined && syscall !== undefined)
    return [commandCodes.COMPUTER_REFUSED({ problem: error.message })]
  return undefined
}

function labDiagnostic(error: LabRefusal | LabFailure): Diagnostic {
  const [summary = '', ...rest] = error.message.split('\n')
  const output = rest.map((line) => line.replace(/^ {2}/, ''))
  const code = error instanceof LabRefusal ? commandCodes.LAB_REFUSED : commandCodes.LAB_FAILED
  return code({ summary }, output.length > 0 ? { output } : {})
}

function showDefect(terminal: Terminal, error: unknown, options: FailureOptions): ExitCode {
  const { debug } = options
  const what = reasonOf(error)
  const report = `bramble ${readVersion()}, Node.js ${process.version}, ${process.platform}\n\n${stackOf(error)}\n`
  const where = debug ? undefined : writeReport(report)
  const summary = what.split('\n', 1)[0] ?? ''
  const diagnostic = commandCodes.DEFECT({ summary, ...(where !== undefined && { file: where }) })
  refuse(terminal, [diagnostic], { ...options, lab: false })
  if (where === undefined) terminal.err(report.split('\n').map(visible).join('\n'))
  return EXIT.defect
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const cause = error.cause === undefined ? '' : `\ncaused by ${stackOf(error.cause)}`
  return `${error.stack ?? error.message}${cause}`
}

/** A file that nobody else can read: a stack may quote what was being worked on. */
function writeReport(report: string): string | undefined {
  try {
    const file = join(mkdtempSync(join(tmpdir(), 'bramble-defect-')), 'report.txt')
    writeFileSync(file, report, { mode: 0o600 })
    return file
  } catch {
    return undefined
  }
}
