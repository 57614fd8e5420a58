/** `bramble destroy`: takes everything from all nodes that Bramble made there; secrets and lock stay. */
import { askTexts } from '../ask.ts'
import type { Command, Session } from '../command.ts'
import type { Context } from '../context.ts'
import { withExamples } from '../examples.ts'
import type { ExitCode } from '../exit-codes.ts'
import { scopeOf } from '../run-options.ts'
import { takeAway } from '../take-away.ts'
import { wholeNumber } from '../whole-number.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  withExamples(command, [
    ['bramble --lab destroy --yes', 'rehearse it on the virtual twin'],
    ['bramble destroy', 'show what goes, and ask for the name of the cluster'],
  ])
  command
    .option('-y, --yes', 'agree to it beforehand')
    .option('--concurrency <count>', 'how many nodes to work on at once', wholeNumber)
    .option('--timeout <seconds>', 'begin nothing new after so long', wholeNumber)
    .option('--take-over', "take a node's lock over from a run that holds it")
    .action((options, self) => session.run(self, (context) => destroy(context, options)))
}

interface DestroyChoices {
  readonly yes?: true
  readonly concurrency?: number
  readonly timeout?: number
  readonly takeOver?: true
}

async function destroy(context: Context, choices: DestroyChoices): Promise<ExitCode> {
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
