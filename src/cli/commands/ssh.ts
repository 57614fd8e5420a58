/** `bramble ssh`: logs in to a node as the cluster file says, or runs one command there. */
import { constants } from 'node:os'
import { spawn } from 'node:child_process'
import { heard } from '../../support/heard.ts'
import type { Command, Session } from '../command.ts'
import { UsageError, type Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command
    .usage('[options] <node> [--] [command...]')
    .argument('<node>', 'name of the node, or words that choose one')
    .argument('[command...]', 'command to run there; its words arrive as they are')
    .passThroughOptions()
    .action((node, words, _options, self) => session.run(self, (context) => ssh(context, node, words)))
}

/** Connects; gives the exit status of the remote command. */
export async function ssh(context: Context, node: string, words: readonly string[]): Promise<ExitCode> {
  const [first = '', ...rest] = words
  if (first.startsWith('-') && first !== '--') {
    throw new UsageError(`Options stand before the node: bramble ssh ${first} ${node}`)
  }
  const cluster = await context.openCluster()
  const api = await context.api()
  const chosen = api.chosenNode(cluster, node)
  return runSsh(await api.sshArguments(cluster, chosen, first === '--' ? rest : words))
}

/** The terminal is ssh's own until it ends; Ctrl-C goes to the other side. */
function runSsh(args: readonly string[]): Promise<ExitCode> {
  return new Promise((resolve, reject) => {
    const ignore = (): void => undefined
    process.on('SIGINT', ignore)
    const child = heard(spawn('ssh', args, { stdio: 'inherit' }))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      process.removeListener('SIGINT', ignore)
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))
    })
  })
}
