/** `bramble run`: runs a program, or a line of shell, on many nodes at once. */
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import { askPassword } from '../ask.ts'
import { choiceOf, withChoosingOptions, type ChoosingChoices } from '../choosing-options.ts'
import type { Command, Session } from '../command.ts'
import { CommandRefusal, UsageError, type Context } from '../context.ts'
import { withExamples } from '../examples.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { watchInterrupts } from '../interrupt.ts'
import { listed } from '../render/counts.ts'
import { commandRenderer, stillRunning, type CommandRenderer } from '../render/command-output.ts'
import { room } from '../output-room.ts'
import { wholeNumber } from '../whole-number.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  const declared = withChoosingOptions(command.usage('[options] -n <words> -- <program> [arguments...]'))
    .option('-s, --shell <line>', 'a line for the shell of the nodes (sh), in place of a program')
    .option('--sudo', 'as root; without it as the user who logs in')
    .option('-i, --stdin', 'read standard input to its end, and give all of it to each program')
    .option('--concurrency <count>', 'how many nodes to work on at once; 50 when left out', wholeNumber)
    .option('--timeout <seconds>', 'end the program where it still runs after so long', wholeNumber)
    .argument('[program...]', 'program with its arguments; they arrive as they are')
    .passThroughOptions()
  withExamples(declared, [
    ['bramble run -n core -- uptime', 'one program on the nodes of a group'],
    ["bramble run -n all,not:ant -s 'df -h / | tail -1'", 'a line of shell on all nodes but one'],
    ['bramble run -n consul-server --sudo -- systemctl restart consul', 'as root, where a role is'],
    ['bramble run -n rack=2 --json -- cat /etc/hostname', 'one event a line, for programs'],
    ['bramble run -n ada -i -- tee notes.txt < notes.txt', 'with standard input'],
  ])
  declared.action((words, options, self) =>
    session.run(self, (context) => runOnNodes(context, argvOf(words, options), options)),
  )
}

interface CommandChoices extends ChoosingChoices {
  readonly shell?: string
  readonly sudo?: true
  readonly stdin?: true
  readonly concurrency?: number
  readonly timeout?: number
}

function argvOf(words: readonly string[], { shell, node, role }: CommandChoices): readonly string[] {
  if (node === undefined && role === undefined)
    throw new UsageError('Say on which nodes: bramble run -n all -- PROGRAM means every one.')
  const argv = words[0] === '--' ? words.slice(1) : words
  if (shell === undefined && argv.length === 0)
    throw new UsageError('There is nothing to run: type a program behind --, or a line of shell with -s.')
  if (shell !== undefined && argv.length > 0)
    throw new UsageError('Type either a program or a line of shell with -s, not both.')
  return shell === undefined ? argv : ['sh', '-c', shell]
}

async function runOnNodes(
  context: Context,
  argv: readonly string[],
  choices: CommandChoices,
): Promise<ExitCode> {
  const { terminal, common, surroundings } = context
  const cluster = await context.openCluster()
  const api = await context.api()
  const nodes = api.chosenNodes(cluster, choiceOf(choices))
  const input = choices.stdin ? await wholeInput(context) : undefined
  const renderer = commandRenderer(terminal, surroundings, nodes, common.json ?? false)
  const interrupts = watchInterrupts(
    () => !common.json && terminal.err(stoppingNote(renderer)),
    () => process.exit(EXIT.interrupted),
  )
  const { concurrency, timeout } = choices
  const mayAsk = terminal.canAsk && !common.json && input === undefined
  const events = api.runCommand(cluster, {
    ...choiceOf(choices),
    argv,
    sudo: choices.sudo ?? false,
    input,
    signal: interrupts.signal,
    ...(concurrency !== undefined && { concurrency }),
    ...(timeout !== undefined && { timeoutSeconds: timeout }),
    ...(mayAsk && { sudoPassword: () => askPassword(surroundings, 'Password for sudo on the nodes: ') }),
  })
  try {
    for await (const event of events) {
      renderer.event(event)
      await room(surroundings.stdout)
    }
  } finally {
    interrupts.stop()
  }
  return EXITS[renderer.outcome()]
}

const EXITS = {
  well: EXIT.ok,
  failed: EXIT.failure,
  unreached: EXIT.unreached,
  interrupted: EXIT.interrupted,
} as const

/** As much as goes to every node is held once here, and on each node in memory. */
const MOST_BYTES = 64 * 1024 * 1024

async function wholeInput({ surroundings: { stdin } }: Context): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stdin) {
    bytes += (chunk as Buffer).length
    if (bytes > MOST_BYTES)
      throw new CommandRefusal(commandCodes.INPUT_TOO_LONG({ mebibytes: MOST_BYTES / 1024 ** 2 }))
    chunks.push(Buffer.from(chunk as Buffer))
  }
  return Buffer.concat(chunks)
}

function stoppingNote(renderer: CommandRenderer): string {
  const who = listed(stillRunning(renderer))
  const ended = who === '' ? 'nothing is running' : `the program is ended on ${who}`
  return `Stopping: ${ended}. Ctrl-C again leaves at once, without a word of how it ended.\n`
}
