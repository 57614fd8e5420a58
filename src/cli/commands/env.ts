/** `bramble env`: the variables that an engine's own client goes by, as a shell takes them. */
import type { ClientVariables } from '../../api/index.ts'
import { quote } from '../../shell/quote.ts'
import type { Command, Session } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonText } from '../render/json.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  command
    .argument('<engine>', 'client of an engine, such as consul or docker')
    .option('--unset', 'take the variables and the files back')
    .action((engine, { unset }, self) =>
      session.run(self, (context) => (unset ? forget(context, engine) : show(context, engine))),
    )
}

async function show(context: Context, engine: string): Promise<ExitCode> {
  const { terminal, common } = context
  const cluster = await context.openCluster()
  const found = await (await context.api()).clientVariables(cluster, engine)
  terminal.out(common.json ? jsonText(found) : exports(found))
  // What is read by eval shows nothing; a person at a terminal is to know what to do with it.
  if (!common.json && terminal.width !== undefined) terminal.out(`# eval "$(${context.typed})"\n`)
  return EXIT.ok
}

function exports({ variables }: ClientVariables): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${quote(value)}\n`)
    .join('')
}

async function forget(context: Context, engine: string): Promise<ExitCode> {
  const { terminal, common } = context
  const cluster = await context.openCluster()
  const names = await (await context.api()).forgetClient(cluster, engine)
  terminal.out(common.json ? jsonText({ unset: names }) : `unset ${names.join(' ')}\n`)
  return EXIT.ok
}
