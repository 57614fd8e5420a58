/** Options by variables of the environment: one rule for all. */
import type { CommandUnknownOpts } from './command.ts'
import { UsageError } from './context.ts'

/** The rule, as `--help`, the reference and the manual page say it. */
export const ENVIRONMENT_RULE =
  'Every option can stand in a variable of the environment: BRAMBLE_ and its long name in capitals, with _ for -. ' +
  'BRAMBLE_WAIT_LOCK=600 is --wait-lock 600, BRAMBLE_LAB=1 is --lab. What is typed counts more.'

const YES = ['1', 'true', 'yes', 'on']
const NO = ['', '0', 'false', 'no', 'off']

type Option = CommandUnknownOpts['options'][number]

/** The variable of an option. */
export function variableOf({ long = '' }: Pick<Option, 'long'>): string {
  return `BRAMBLE_${long.slice(2).replaceAll('-', '_').toUpperCase()}`
}

/** Gives a command what the environment says of options that were not typed, before or after the verb. Throws {@link UsageError} for a value that cannot be. */
export function takeEnvironment(command: CommandUnknownOpts, environment: NodeJS.ProcessEnv): void {
  for (const option of command.options) {
    const text = environment[variableOf(option)]
    const name = option.attributeName()
    if (text === undefined || option.long === '--version' || isTyped(command, name)) continue
    const value = valueOf(option, text)
    if (value !== undefined) command.setOptionValueWithSource(name, value, 'env')
  }
}

/** Is a switch on? For what has to be known before a command line is read. */
export function isOn(environment: NodeJS.ProcessEnv, variable: string): boolean {
  return YES.includes(environment[variable]?.toLowerCase() ?? '')
}

function isTyped(command: CommandUnknownOpts | null, name: string): boolean {
  if (command === null) return false
  return command.getOptionValueSource(name) === 'cli' || isTyped(command.parent, name)
}

function valueOf(option: Option, text: string): unknown {
  const variable = variableOf(option)
  if (option.required || option.optional) {
    // An empty one is as good as none, as for most programs.
    if (text === '') return undefined
    try {
      return option.parseArg ? option.parseArg(text, undefined) : text
    } catch (error) {
      if (!(error instanceof Error)) throw error
      throw new UsageError(`${variable}=${text} is no value of ${option.flags}. ${error.message}`)
    }
  }
  const word = text.toLowerCase()
  if (NO.includes(word)) return undefined
  if (YES.includes(word)) return !option.negate
  throw new UsageError(`${variable}=${text} switches ${option.long} neither on (1) nor off (0).`)
}
