/** Examples at the end of the help of a command. */
import type { CommandUnknownOpts } from './command.ts'

/** A command line, and what it does in a few words. */
export type Example = readonly [words: string, what: string]

/** Puts examples behind the options. */
export function withExamples(command: CommandUnknownOpts, examples: readonly Example[]): void {
  const lines = examples.flatMap(([words, what]) => [`  # ${what}`, `  ${words}`])
  command.addHelpText('after', `\n${['Examples:', ...lines].join('\n')}`)
}
