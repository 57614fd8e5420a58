/** `bramble connect`: holds a way to an engine open, until Ctrl-C or for one command. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import type { HeldWay } from '../../api/index.ts'
import { commandLine } from '../../shell/quote.ts'
import { heard } from '../../support/heard.ts'
import { reasonOf } from '../../support/reason.ts'
import { askPassword } from '../ask.ts'
import { choiceOf, withChoosingOptions, type ChoosingChoices } from '../choosing-options.ts'
import type { Command, Session } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { watchInterrupts } from '../interrupt.ts'
import { jsonText } from '../render/json.ts'
import { wholeNumber } from '../whole-number.ts'

interface Choices extends ChoosingChoices {
  readonly port?: number
}

/** Declares the command. */
export function define(command: Command, session: Session): void {
  withChoosingOptions(command)
    .usage('[options] <engine> [--] [command...]')
    .argument('<engine>', 'client of an engine, such as consul or docker')
    .argument('[command...]', 'command to run with its variables; the way is open for as long')
    .option('--port <number>', 'port of this computer, instead of any that is free', wholeNumber)
    .passThroughOptions()
    .action((engine, words, choices, self) =>
      session.run(self, (context) => hold(context, engine, words, choices)),
    )
}

async function hold(
  context: Context,
  engine: string,
  words: readonly string[],
  { port, ...choices }: Choices,
): Promise<ExitCode> {
  const { terminal, common, surroundings } = context
  const cluster = await context.openCluster()
  const api = await context.api()
  const way = await api.connectClient(cluster, engine, {
    ...choiceOf(choices),
    ...(port !== undefined && { port }),
    ...(terminal.canAsk && {
      sudoPassword: () => askPassword(surroundings, 'Password for sudo on the nodes: '),
    }),
    failed: (problem) => terminal.err(`${engine}: ${problem}\n`),
  })
  try {
    const command = words[0] === '--' ? words.slice(1) : words
    if (command.length > 0) return await runWith(context, way, command)
    const { at, node, client } = way
    if (common.json) terminal.out(jsonText({ client, at, node, variables: way.variables }))
    else {
      const env = commandLine(['bramble', ...(common.lab ? ['--lab'] : []), 'env', client])
      terminal.out(`${client} of ${cluster.name} answers at ${at}, through ${node}.\n`)
      terminal.out(`In another terminal:  eval "$(${env})"\nCtrl-C ends it.\n`)
    }
    return await untilInterrupted()
  } finally {
    await way.close()
  }
}

/** What a shell says of a program that is not there (POSIX, "Command Search and Execution"). */
const NOT_FOUND = 127

/** The command has the terminal until it ends; Ctrl-C is its own. */
async function runWith(
  { terminal }: Context,
  { variables }: HeldWay,
  [program = '', ...args]: readonly string[],
): Promise<ExitCode> {
  const ignore = (): void => undefined
  process.on('SIGINT', ignore)
  try {
    const child = heard(spawn(program, args, { stdio: 'inherit', env: { ...process.env, ...variables } }))
    const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    return code ?? 128 + (signal ? constants.signals[signal] : 0)
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT'
    const why = isMissing ? 'there is no program of that name' : reasonOf(error)
    terminal.err(`${program} cannot be run on this computer: ${why}\n`)
    return NOT_FOUND
  } finally {
    process.removeListener('SIGINT', ignore)
  }
}

async function untilInterrupted(): Promise<ExitCode> {
  const watch = watchInterrupts(
    () => undefined,
    () => process.exit(EXIT.interrupted),
  )
  // A port that somebody listens on keeps the process; the wait alone would not.
  if (!watch.signal.aborted) await once(watch.signal, 'abort')
  watch.stop()
  return EXIT.ok
}
