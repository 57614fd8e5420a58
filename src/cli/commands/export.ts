/** `bramble export`: prints the cluster in the words of another tool. */
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import type { Command, Session } from '../command.ts'
import { UsageError, type Context } from '../context.ts'
import { withExamples } from '../examples.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonText } from '../render/json.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  withExamples(command, [
    ['bramble export ansible >hosts.ini', 'an inventory, with groups and roles'],
    ['bramble export prometheus >targets.json', 'what is to be watched (file_sd_configs)'],
    ['bramble export terraform-vars >bramble.auto.tfvars.json', 'the nodes as variables'],
  ])
  command
    .argument('<what>', 'ansible, hosts, prometheus, ssh-config or terraform-vars')
    .action((what, _options, self) => session.run(self, (context) => exported(context, what)))
}

async function exported(context: Context, what: string): Promise<ExitCode> {
  const { terminal, common } = context
  const api = await context.api()
  if (!api.exportNames().includes(what)) {
    const near = didYouMean(what, api.exportNames())
    throw new UsageError(
      `${what} cannot be exported; ${near === undefined ? `there are: ${api.exportNames().join(', ')}` : `did you mean ${near}?`}`,
    )
  }
  const text = (await api.exportText(await context.openCluster(), what)) ?? ''
  terminal.out(common.json ? jsonText({ what, text }) : text)
  return EXIT.ok
}
