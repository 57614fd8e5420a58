/** `bramble reset`: takes everything from one node that Bramble made there; the cluster file stays as it is. */
import { askYesNo } from '../ask.ts'
import { clusterWords } from '../again.ts'
import type { Command, Session } from '../command.ts'
import { CommandRefusal, type Context } from '../context.ts'
import { withExamples } from '../examples.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { scopeOf } from '../run-options.ts'
import { showDiagnostics } from '../show-diagnostics.ts'
import { takeAway } from '../take-away.ts'
import { wholeNumber } from '../whole-number.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  withExamples(command, [
    ['bramble reset dog', 'back to a bare board; the cluster file stays'],
    ['bramble reset dog --yes', 'in a script'],
  ])
  command
    .argument('<node>', 'name of the node, also of one that left the cluster file')
    .option('-y, --yes', 'agree to it beforehand')
    .option('--patience <seconds>', 'how long to wait until its consensus groups can spare it', wholeNumber)
    .option('--take-over', "take the node's lock over from a run that holds it")
    .action((node, options, self) => session.run(self, (context) => reset(context, node, options)))
}

interface ResetChoices {
  readonly yes?: true
  readonly patience?: number
  readonly takeOver?: true
}

async function reset(context: Context, node: string, choices: ResetChoices): Promise<ExitCode> {
  const { folder, file, common, surroundings } = context
  const { json = false, lab = false, set } = common
  const api = await context.api()
  const opened = await api.openWithBareNode({ folder, file, lab, set }, node)
  if (!('cluster' in opened)) throw new CommandRefusal(...opened.diagnostics)
  const { cluster } = opened
  showDiagnostics(context.terminal, cluster.diagnostics, { json, lab, typed: common })
  const isLeft = cluster.source.lock.left?.[node] !== undefined
  const words = ['bramble', ...clusterWords(common)].join(' ')
  const { code, isDone } = await takeAway(context, cluster, {
    command: 'reset',
    yes: choices.yes === true,
    options: scopeOf({ ...choices, node: [node] }),
    agree: () => askYesNo(surroundings, `Take all of this from ${node}?`),
    done: [
      isLeft
        ? `${node} has left the cluster file, and is forgotten now.`
        : `The cluster file is as it was: ${words} apply sets ${node} up again, ${words} node remove ${node} takes it out.`,
    ],
  })
  if (isLeft && isDone) await api.forgetLeftNode(folder, lab, node)
  return code === EXIT.ok && !isDone ? EXIT.failure : code
}
