/** `bramble import`: prints a cluster file made from what another tool knows, and tells on the error channel what is not in it. */
import { ansibleCodes } from '../../diagnostics/catalogue/ansible.ts'
import { renderPlace } from '../../diagnostics/render.ts'
import { visible } from '../../diagnostics/source-line.ts'
import { collect, subcommand, type Command, type Session } from '../command.ts'
import { CommandRefusal, type Context } from '../context.ts'
import { withExamples } from '../examples.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonText } from '../render/json.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command.addHelpText(
    'after',
    '\nWhat is on the boards needs no import: bramble apply leaves alone what is as wanted.',
  )
  withExamples(command, [['bramble import ansible hosts.ini >cluster.yaml', 'start from an inventory']])
  const ansible = subcommand(command, 'ansible', 'print an inventory of Ansible as a cluster file')
  withExamples(ansible, [
    ['bramble import ansible hosts.ini >cluster.yaml', 'what has no home in it is told beside'],
    ['bramble import ansible inventory/ --with cloud', 'a folder, and its group cloud as well'],
  ])
  ansible
    .argument('<inventory>', 'file or folder of the inventory, in INI or YAML form')
    .option(
      '--with <name>',
      'a host or group that comes in although it looks like no board; may be repeated',
      collect,
    )
    .option('--without <name>', 'a host or group that stays out; may be repeated', collect)
    .option('--name <name>', "name of the cluster; that of the inventory's folder when left out")
    .option('--domain <domain>', 'its domain; home.arpa when left out')
    .action((inventory, options, self) =>
      session.run(self, (context) => importAnsible(context, inventory, options)),
    )
}

interface ImportOptions {
  readonly with?: readonly string[]
  readonly without?: readonly string[]
  readonly name?: string
  readonly domain?: string
}

async function importAnsible(context: Context, path: string, options: ImportOptions): Promise<ExitCode> {
  const { terminal, surroundings, common } = context
  const api = await context.api()
  const { text, findings } = api.importAnsible({ ...options, path, from: surroundings.folder })
  if (common.json) terminal.out(jsonText({ text: text ?? null, findings }))
  else {
    for (const { place, text: says } of findings) terminal.err(`${renderPlace(place)} ${visible(says)}\n`)
    if (text !== undefined) terminal.out(text)
  }
  if (text === undefined)
    throw new CommandRefusal(ansibleCodes.INVENTORY_EMPTY({ path, findings: findings.length }))
  return EXIT.ok
}
