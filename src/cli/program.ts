/** Puts the program together: every verb by name, and the definitions of those that were typed. */
import { readVersion } from '../support/version.ts'
import { newCommand, withSharedOptions, type Command, type Session, type Verb } from './command.ts'
import { ENVIRONMENT_RULE } from './environment.ts'
import { withTableExamples } from './examples.ts'
import { exitCodeHelp } from './exit-codes.ts'
import { withHabits } from './habits.ts'
import { VERBS } from './verbs.ts'

/** Where help and complaints go. */
export interface ProgramStreams {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly columns: number | undefined
}

/**
 * The program. Verbs whose names are not in `words` get a name and a summary only, which is all that the help and "did
 * you mean" need: so a start costs as much as the verb that was typed.
 */
export async function buildProgram(
  words: readonly string[] | 'all',
  session: Session,
  streams: ProgramStreams,
): Promise<Command> {
  const program = withSharedOptions(
    newCommand(
      'bramble',
      'Turns a bag of different small boards into a working cluster from one cluster file.',
    ),
  )
  program
    .usage('[options] <command>')
    .optionsGroup('Common options:')
    .version(versionText(words), '-V, --version', 'show the version')
    .optionsGroup('')
    .exitOverride()
    .enablePositionalOptions()
    .showHelpAfterError('Type bramble --help to see all commands.')
    .configureOutput({
      writeOut: streams.out,
      writeErr: streams.err,
      ...(streams.columns !== undefined && {
        getOutHelpWidth: () => streams.columns ?? 80,
        getErrHelpWidth: () => streams.columns ?? 80,
      }),
    })
    .configureHelp({ subcommandTerm: (command) => command.name() })
    .addHelpText('after', `\n${exitCodeHelp()}`)
    .addHelpText('after', `\n${wrapped(ENVIRONMENT_RULE)}`)
    .commandsGroup('Commands:')
    .helpCommand('help [command]', 'show the help of a command')
  // Those of the verbs are put in where they are defined.
  withTableExamples(program, 'bramble')
  for (const verb of VERBS)
    program.addCommand(await defined(verb, words === 'all' || words.includes(verb.name), program, session))
  if (words !== 'all') withHabits(program, words)
  return program
}

/** In lines that fit every terminal. */
function wrapped(text: string): string {
  return text.replaceAll(/(.{1,78})(?: |$)/g, '$1\n').trimEnd()
}

function versionText(words: readonly string[] | 'all'): string {
  return words.includes('--json') ? JSON.stringify({ version: readVersion() }) : readVersion()
}

async function defined(verb: Verb, isTyped: boolean, program: Command, session: Session): Promise<Command> {
  const command = newCommand(verb.name, verb.summary).copyInheritedSettings(program)
  if (!isTyped) return command
  const { define } = await verb.load()
  define(command, session)
  withTableExamples(command, `bramble ${verb.name}`)
  return withSharedOptions(command)
}
