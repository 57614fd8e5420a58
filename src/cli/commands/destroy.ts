/** `bramble destroy`: takes everything from all nodes that Bramble made there; secrets and lock stay. */
import { askTexts } from '../ask.ts'
import type { Command, Session } from '../command.ts'
import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { scopeOf, withRunOptions, type RunChoices } from '../run-options.ts'
import { takeAway } from '../take-away.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  withRunOptions(command)
    .option('-y, --yes', 'agree to it beforehand')
    .addHelpText('after', '\nExamples:\n  bramble destroy\n  bramble --lab destroy --yes\n')
    .action((options, self) => session.run(self, (context) => destroy(context, options)))
}

async function destroy(context: Context, choices: RunChoices & { readonly yes?: true }): Promise<ExitCode> {
  const cluster = await context.openCluster({ bare: 'all' })
  const { code } = await takeAway(context, cluster, {
    command: 'destroy',
    yes: choices.yes === true,
    options: scopeOf(choices),
    agree: async () => {
      const question = `Everything above goes. Type the name of the cluster (${cluster.name}) to agree: `
      const [typed = ''] = await askTexts(context.surroundings, [question])
      return typed.trim() === cluster.name
    },
    done: [
      'Kept here, for a cluster that comes back: the cluster file, cluster.lock, known_hosts and secrets/. When it never does: rm -r cluster.lock known_hosts secrets .bramble',
    ],
  })
  return code
}
