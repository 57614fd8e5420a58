/** The options that choose nodes: the same words in every command that has nodes to choose. */
import type { Scope } from '../api/index.ts'
import { collect, type Command } from './command.ts'

/** What was typed. */
export interface ChoosingChoices {
  readonly node?: readonly string[]
  readonly role?: readonly string[]
}

/** Declares them. */
export function withChoosingOptions(command: Command) {
  return command
    .option(
      '-n, --node <words>',
      "only these nodes: names, groups, roles, 'pi-*', rack=2, model:pi4, all, and not: before any of these; may be repeated, takes lists with commas",
      collect,
    )
    .option('-r, --role <names>', 'only nodes with one of these roles; likewise', collect)
}

/** The same, in the words of the API. */
export function choiceOf({ node, role }: ChoosingChoices): Scope {
  return { ...(node && { nodes: node }), ...(role && { roles: role }) }
}
