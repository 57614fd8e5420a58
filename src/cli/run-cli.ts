/** Runs one command line from its words to its exit status. */
import { CommanderError } from 'commander'
import { sharedOptionsOf, type Session } from './command.ts'
import type { SharedOptions } from './shared-options.ts'
import { createContext } from './context.ts'
import { isOn, takeEnvironment } from './environment.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { showFailure, showUsage } from './failures.ts'
import { buildProgram } from './program.ts'
import { terminalOf, type Surroundings } from './surroundings.ts'
import { VERBS } from './verbs.ts'

/** Help for a command that does not exist is answered like that command: with the one that was probably meant. */
function withoutEmptyHelp(words: readonly string[]): string[] {
  const [first, second] = words
  const isUnknown = first === 'help' && second !== undefined && !/^-|^help$/.test(second)
  return isUnknown && !VERBS.some(({ name }) => name === second) ? words.slice(1) : [...words]
}

/** Does what the words say; never throws. */
export async function runCli(words: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  let exitCode: ExitCode = EXIT.ok
  let common: SharedOptions = {
    debug: words.includes('--debug') || isOn(surroundings.environment, 'BRAMBLE_DEBUG'),
    json: words.includes('--json') || isOn(surroundings.environment, 'BRAMBLE_JSON'),
  }
  const session: Session = {
    run: async (command, work) => {
      takeEnvironment(command, surroundings.environment)
      common = sharedOptionsOf(command)
      exitCode = await work(createContext(surroundings, common, words))
    },
  }
  const terminal = terminalOf(surroundings, !words.includes('--no-color'))
  try {
    // What commander complains of becomes a diagnostic for programs.
    const err = common.json === true ? (): void => undefined : terminal.err
    const streams = { out: terminal.out, err, columns: terminal.width }
    if (words[0] === 'complete' && words[1] === '--') {
      const { completions } = await import('./complete/complete.ts')
      const program = await buildProgram('all', session, streams)
      const clients = (folder: string) => clientsIn(surroundings, folder)
      terminal.out(await completions(program, words.slice(2), { folder: surroundings.folder, clients }))
      return EXIT.ok
    }
    const program = await buildProgram(words, session, streams)
    await program.parseAsync(withoutEmptyHelp(words), { from: 'user' })
    return exitCode
  } catch (error) {
    const { json = false, debug = false, lab = false } = common
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok
      return json ? showUsage(terminal, complaintOf(error), { json, debug }) : EXIT.usage
    }
    return showFailure(terminal, error, { json, debug, lab, typed: common })
  }
}

/** Names of the engines' own clients of a cluster; none where the cluster file cannot be read: a question of the shell is no place for complaints. */
async function clientsIn(surroundings: Surroundings, folder: string): Promise<readonly string[]> {
  try {
    const api = await surroundings.loadCluster()
    const opened = await api.openCluster({ folder, lab: false })
    return 'cluster' in opened ? api.clientNames(opened.cluster) : []
  } catch {
    return []
  }
}

/** Without a command commander shows its help and has nothing to say. */
function complaintOf({ code, message }: CommanderError): string {
  return code === 'commander.help' ? 'there is no command' : message.replace(/^error: /, '')
}
