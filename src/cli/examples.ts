/** Examples at the end of the help of a command; the reference and the manual page have the same. */
import type { CommandUnknownOpts } from './command.ts'
import { EXAMPLES, type Example } from './example-table.ts'

const given = new WeakMap<CommandUnknownOpts, readonly Example[]>()

/** Puts examples behind the options. */
export function withExamples(command: CommandUnknownOpts, examples: readonly Example[]): void {
  const lines = examples.flatMap(([words, what]) => [`  # ${what}`, `  ${words}`])
  command.addHelpText('after', `\n${['Examples:', ...lines].join('\n')}`)
  given.set(command, examples)
}

/** Gives a command and those below it the examples of the table, where they have none. */
export function withTableExamples(command: CommandUnknownOpts, name: string): void {
  const examples = EXAMPLES[name]
  if (examples && !given.has(command)) withExamples(command, examples)
  for (const below of command.commands) withTableExamples(below, `${name} ${below.name()}`)
}

/** The examples of a command. */
export function examplesOf(command: CommandUnknownOpts): readonly Example[] {
  return given.get(command) ?? []
}

/** A command with all words that lead to it. */
export function fullName(command: CommandUnknownOpts): string {
  return command.parent ? `${fullName(command.parent)} ${command.name()}` : command.name()
}
