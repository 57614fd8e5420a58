/** How a verb is declared: its name for the help, and its definition, which is loaded only when the verb is used. */
import type { SharedOptions } from './shared-options.ts'
import { Command as RuntimeCommand } from 'commander'
import type { Command, CommandUnknownOpts } from '@commander-js/extra-typings'
import type { Context } from './context.ts'
import type { ExitCode } from './exit-codes.ts'

export type { Command, CommandUnknownOpts } from '@commander-js/extra-typings'

/** Runs the work of a command that was typed, and keeps its exit status. */
export interface Session {
  readonly run: (
    command: CommandUnknownOpts,
    work: (context: Context) => ExitCode | Promise<ExitCode>,
  ) => Promise<void>
}

/** Adds options, arguments and the action of a verb to its command. */
export type Define = (command: Command, session: Session) => void

/** A verb as the program knows it before it is used. */
export interface Verb {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<{ readonly define: Define }>
}

/** A command without a parent, typed by what is added to it. */
export function newCommand(name: string, summary: string): Command {
  return new RuntimeCommand(name).description(summary) as unknown as Command
}

/** Adds a word below a verb, such as `list` of `secrets`, with the verb's settings. */
export function subcommand(parent: Command, name: string, summary: string): Command {
  const command = parent.command(name).description(summary)
  return withSharedOptions(command.copyInheritedSettings(parent))
}

/** Declares the common options; read them with {@link sharedOptionsOf}. */
export function withSharedOptions(command: Command): Command {
  command
    .optionsGroup('Common options:')
    .option('-C, --folder <path>', 'folder of the cluster file, instead of the current one')
    .option(
      // Where -f means something else to everybody, as with logs, only the long one is left.
      (command.options.some(({ short }) => short === '-f')
        ? '--file <path>'
        : '-f, --file <path>') as '--file <path>',
      'the cluster file itself; its folder is the folder of the cluster',
    )
    .option('--lab', 'act on the virtual twin in the lab, never on the boards')
    .option(
      '--set <key=value>',
      'a value in place of what the cluster file says, for this command; may be repeated',
      collectWhole,
    )
    .option('--identity <file>', 'age identity that opens the secrets')
    .option('--json', 'output for programs')
    .option('--no-color', 'no colours, as with NO_COLOR')
    .option('--debug', 'show where an error came from')
    .helpOption('-h, --help', 'show this help')
    .optionsGroup('')
  return command
}

/** The common options as they were given to a command or to any of those above it, or by the environment. */
export function sharedOptionsOf(command: CommandUnknownOpts): SharedOptions {
  const given: Record<string, unknown> = {}
  for (let level: CommandUnknownOpts | null = command; level !== null; level = level.parent) {
    for (const [name, value] of Object.entries(level.opts())) {
      if (level.getOptionValueSource(name) === 'default') continue
      // Typed before the verb, it comes first.
      if (name === 'set' && Array.isArray(value)) given[name] = [...value, ...((given[name] as []) ?? [])]
      else given[name] ??= value
    }
  }
  return given
}

/** Collects an option that may be repeated, each value as it is. */
function collectWhole(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value]
}

/** Collects an option that may be repeated and takes lists with commas. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  const names = value
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
  return [...(before ?? []), ...names]
}
