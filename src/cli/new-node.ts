/** The options of `bramble node add`: what is known of a new node. */
import type { NodeEdit } from '../api/index.ts'
import { collect, type Command } from './command.ts'
import { UsageError, type Context } from './context.ts'
import { wholeNumber } from './whole-number.ts'

/** What was typed. */
export interface AddChoices extends Readonly<Record<string, unknown>> {
  readonly has?: readonly string[]
  readonly label?: readonly string[]
  readonly groups?: readonly string[]
  readonly roles?: readonly string[]
  readonly yes?: true
}

/** Declares the options that say what a new node is; {@link additionOf} reads them. */
export function withNodeOptions(command: Command): void {
  command
    .option('--address <address>', 'IP address or DNS name; the name itself when left out')
    .option('--via <node>', 'node that SSH goes through to reach it, or user@name')
    .option('--port <port>', 'SSH port, if not that of all', wholeNumber)
    .option('--user <user>', 'user to log in as, if not that of all')
    .option('--serial <serial>', 'serial number of the board')
    .option('--machine-id <id>', 'content of its /etc/machine-id')
    .option('--mac <address>', 'MAC address of a network port')
    .option('--model <model>', 'board model, such as pi4; read from the board when left out')
    .option('--memory <amount>', 'memory as sold, such as 4GiB; read from the board when left out')
    .option('--architecture <name>', 'instruction set of the system: armv6, armv7, arm64, amd64')
    .option('--has <labels>', 'what is plugged in; may be repeated, takes lists with commas', collect)
    .option('--label <name=value>', 'a label with a value; likewise', collect)
    .option('--groups <groups>', 'groups that list their nodes by name; likewise', collect)
    .option('--roles <roles>', 'roles that list their nodes by name; likewise', collect)
}

/** Keys of a node that an option gives as they are, in the order in which they are written. */
const KEYS = [
  'address',
  'via',
  'port',
  'user',
  'serial',
  'machineId',
  'mac',
  'model',
  'memory',
  'architecture',
]

/** The addition that the options describe; what is not said is asked for where somebody is there. */
export async function additionOf(
  context: Context,
  name: string | undefined,
  choices: AddChoices,
): Promise<NodeEdit> {
  const entry: Record<string, unknown> = {}
  for (const key of KEYS) {
    const value = choices[key]
    if (value !== undefined) entry[key === 'machineId' ? 'machine_id' : key] = value
  }
  if (choices.has) entry['has'] = choices.has
  if (choices.label) entry['labels'] = Object.fromEntries(choices.label.map(labelOf))
  const given = { node: name ?? '', entry, groups: choices.groups ?? [], roles: choices.roles ?? [] }
  if (name !== undefined && (entry['address'] !== undefined || !canAsk(context) || choices.yes)) {
    return { do: 'add', ...given }
  }
  if (!canAsk(context)) {
    const example = 'bramble node add dog --address 192.168.1.14'
    throw new UsageError(`the name of the new node is missing, as in  ${example}`)
  }
  const { askNewNode } = await import('./new-node-questions.ts')
  return { do: 'add', ...(await askNewNode(context.surroundings, given)) }
}

function labelOf(text: string): [string, string] {
  const [, key = '', value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (value === undefined) throw new UsageError(`--label takes name=value, such as room=attic, not ${text}`)
  return [key, value]
}

/** Somebody is there, and no program reads the answer. */
function canAsk({ terminal, common }: Context): boolean {
  return terminal.canAsk && common.json !== true
}
