/** `bramble vault migrate`: moves what Vault holds to another storage. */
import type { VaultMoved } from '../../api/index.ts'
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import type { Event } from '../../events/event.ts'
import { askYesNo } from '../ask.ts'
import { subcommand, type Command, type Session } from '../command.ts'
import { CommandRefusal, UsageError, type Context } from '../context.ts'
import { withExamples } from '../examples.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonText } from '../render/json.ts'

interface Choices {
  readonly to: string
  readonly from?: string
  readonly yes?: true
}

/** Declares the command and what can be done. */
export function define(command: Command, session: Session): void {
  command.addHelpText('after', '\nThe secrets of the cluster itself are shown by  bramble secrets list')
  const migrate = subcommand(command, 'migrate', 'move what Vault holds to another storage')
    .requiredOption('--to <storage>', 'where it is to lie: raft or consul')
    .option(
      '--from <file:path>',
      'the files of a Vault that somebody made by hand, such as file:/opt/vault/data',
    )
    .option('-y, --yes', 'agree beforehand that nobody gets a secret until it is done')
  withExamples(migrate, [
    [
      'bramble vault migrate --to consul',
      "from the servers' own consensus to Consul's store, after a question",
    ],
    ['bramble vault migrate --to consul --from file:/opt/vault/data', 'a Vault that was made by hand'],
    ['bramble vault migrate --to raft --yes', 'back, without a question'],
  ])
  migrate.action((options, self) => session.run(self, (context) => move(context, options)))
}

/** Absolute, and with nothing in it that means something else. */
const FILES = /^file:(\/[A-Za-z0-9._@+-]+)+\/?$/

async function move(context: Context, { to, from, yes }: Choices): Promise<ExitCode> {
  const { terminal, surroundings, common, openOptions } = context
  if (from !== undefined && (!FILES.test(from) || from.split('/').includes('..')))
    throw new UsageError(`"${from}" is no store: type file: and its folder, such as file:/opt/vault/data`)
  if (to !== 'raft' && to !== 'consul')
    throw new UsageError(`"${to}" is no storage: type --to raft or --to consul`)
  const isJson = common.json ?? false
  const api = await context.api()
  const tell = (text: string): void => {
    if (!isJson) terminal.out(`${text}\n`)
  }
  let isUnasked = false
  try {
    const moved = await api.migrateVault(openOptions, {
      to,
      ...(from !== undefined && { fromFiles: from.slice('file:'.length) }),
      tell,
      event: (event) => {
        for (const text of wordsOf(event)) tell(text)
      },
      confirm: async (told) => {
        for (const text of told) tell(text)
        isUnasked = yes !== true && (isJson || !terminal.canAsk)
        return yes === true || (!isUnasked && (await askYesNo(surroundings, 'Move it now?')))
      },
    })
    if (isUnasked) throw new CommandRefusal(commandCodes.CONFIRMATION_MISSING({ command: 'vault migrate' }))
    if (isJson) terminal.out(jsonText(moved))
    else for (const text of closing(moved, to)) terminal.out(`${text}\n`)
    return moved.outcome === 'declined' ? EXIT.failure : EXIT.ok
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'MoveFailed') throw error
    if (isJson) terminal.out(jsonText({ outcome: 'failed', message: error.message }))
    terminal.err(`${terminal.palette.red('failed')} ${error.message}\n`)
    return EXIT.failure
  }
}

/** Of the apply that changes the servers, what did not go well. */
function wordsOf(event: Event): string[] {
  if (event.type === 'resource-failed') return [`failed ${event.address}: ${event.message}`]
  if (event.type === 'warning') return [event.text]
  const failed =
    event.type === 'node-finished' || event.type === 'engine-finished' ? event.message : undefined
  return failed === undefined
    ? []
    : [`failed ${event.type === 'node-finished' ? event.node : 'cluster'}: ${failed}`]
}

function closing(moved: VaultMoved, to: string): readonly string[] {
  if (moved.outcome === 'nothing') return ['It lies there already: nothing was done.']
  if (moved.outcome === 'declined') return ['Nothing was changed.']
  const { entries, inside, awaySeconds } = moved
  const copied = entries === undefined ? '' : `${entries} entries of the storage were compared, and `
  const away = awaySeconds === undefined ? '' : ` Nobody got a secret for ${awaySeconds} s.`
  return [
    `Moved: ${copied}all ${inside} secrets of key-value engines were read.${away}`,
    `The cluster file is to say  storage: ${to}  under vault, before the next plan.`,
  ]
}
