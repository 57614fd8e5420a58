/** Runs one program that a lab cannot do without. */
import { run, type RunOptions } from '../support/run.ts'
import { LabFailure, lastLines } from './lab-error.ts'

/** What a failed step is reported with. */
export interface StepOptions extends RunOptions {
  readonly node?: string
  /** File that holds more of the story. */
  readonly log?: string
}

/** Runs a program to a good end and returns its standard output; throws {@link LabFailure} when it ends with an error. */
export async function step(
  program: string,
  args: readonly string[],
  options: StepOptions = {},
): Promise<string> {
  const result = await run(program, args, options)
  if (result.code === 0) return result.stdout.toString()
  const where = options.node === undefined ? '' : `node ${options.node}: `
  const how = result.timedOut ? 'took too long' : `ended with status ${result.code}`
  const output = lastLines(result.stderr || result.stdout.toString())
  const log = options.log === undefined ? '' : `\nlog: ${options.log}`
  throw new LabFailure(`${where}${[program, ...args].join(' ')}: ${how}\n${output}${log}`)
}
