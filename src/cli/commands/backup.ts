/** `bramble backup`: saves what is worth keeping on the nodes, lists it, and gives it back. */
import type { BackupOutcome, KeptBackup } from '../../api/index.ts'
import { askYesNo } from '../ask.ts'
import { choiceOf, withChoosingOptions, type ChoosingChoices } from '../choosing-options.ts'
import { subcommand, type Command, type Session } from '../command.ts'
import { UsageError, type Context } from '../context.ts'
import { withExamples } from '../examples.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonText } from '../render/json.ts'
import { renderTable, type Cell } from '../render/table.ts'

/** Declares the command and what can be done. */
export function define(command: Command, session: Session): void {
  const now = withChoosingOptions(
    subcommand(command, 'now', 'save what is worth keeping, in place of waiting for the timer'),
  ).option('--accept-smaller', 'what has become less than half is right as it is')
  withExamples(now, [
    ['bramble backup now', 'on all nodes that keep backups'],
    ['bramble backup now -n nas --accept-smaller', 'after much was deleted on purpose'],
  ])
  now.action((options, self) => session.run(self, (context) => saveNow(context, options)))
  const list = withChoosingOptions(subcommand(command, 'list', 'list the good backups, oldest first'))
  withExamples(list, [['bramble backup list -n nas', 'of one node']])
  list.action((options, self) => session.run(self, (context) => showList(context, options)))
  const restore = withChoosingOptions(subcommand(command, 'restore', 'give back what was saved'))
    .argument('[names...]', 'only these, by their names in the list; all when left out')
    .option('--id <id>', 'the one with this id, in place of the newest')
    .option('-y, --yes', 'agree to it beforehand')
  withExamples(restore, [
    ['bramble backup restore', 'the newest of everything, after a question'],
    ['bramble backup restore -n nas /srv/data --id 1f0c2a9b', 'one folder as it was then'],
  ])
  restore.action((names, options, self) => session.run(self, (context) => giveBack(context, names, options)))
}

async function saveNow(
  context: Context,
  choices: ChoosingChoices & { readonly acceptSmaller?: true },
): Promise<ExitCode> {
  const cluster = await context.openCluster()
  const api = await context.api()
  const acceptSmaller = choices.acceptSmaller === true
  return told(context, await api.backUp(cluster, { ...choiceOf(choices), acceptSmaller }))
}

const COLUMNS = ['NODE', 'WHAT', 'FILES', 'BYTES', 'WHEN', 'ID'].map((title) => ({ title }))

async function showList(context: Context, choices: ChoosingChoices): Promise<ExitCode> {
  const cluster = await context.openCluster()
  const found = await (await context.api()).listBackups(cluster, choiceOf(choices))
  if (context.common.json) context.terminal.out(jsonText(found))
  else if (found.backups.length > 0) table(context, COLUMNS, found.backups.map(rowOf))
  else if (found.failures.length === 0)
    context.terminal.out('There is no good backup yet: bramble backup now\n')
  for (const one of found.failures) complain(context, one)
  return found.failures.length > 0 ? EXIT.failure : EXIT.ok
}

function rowOf({ node, name, files, bytes, at, id }: KeptBackup): Cell[] {
  const when = at.toISOString().slice(0, 19).replace('T', ' ')
  return [node, name, String(files), String(bytes), when, id].map((text) => ({ text }))
}

async function giveBack(
  context: Context,
  names: readonly string[],
  choices: ChoosingChoices & { readonly id?: string; readonly yes?: true },
): Promise<ExitCode> {
  const cluster = await context.openCluster()
  const api = await context.api()
  const { id } = choices
  const list = await api.listBackups(cluster, choiceOf(choices))
  for (const one of list.failures) complain(context, one)
  if (list.failures.length > 0) return EXIT.failure
  const chosen = api.chosenToRestore(cluster, list, {
    ...(names.length > 0 && { names }),
    ...(id !== undefined && { id }),
  })
  if (chosen.length === 0) throw new UsageError('No good backup is called so: bramble backup list')
  if (choices.yes !== true) {
    if (!context.terminal.canAsk || context.common.json)
      throw new UsageError('Say that what is there now may be replaced: bramble backup restore --yes')
    table(context, COLUMNS, chosen.map(rowOf))
    if (!(await askYesNo(context.surroundings, 'These replace what is there now. Go on?')))
      return EXIT.failure
  }
  return told(context, await api.restoreBackups(cluster, chosen))
}

/** A table of what went well, a line on the error channel for what did not. */
function told(context: Context, outcomes: readonly BackupOutcome[]): ExitCode {
  const failed = outcomes.filter(({ failure }) => failure !== undefined)
  const well = outcomes.filter(({ failure }) => failure === undefined)
  if (context.common.json) context.terminal.out(jsonText(outcomes))
  else if (outcomes.length === 0) context.terminal.out('No node keeps backups: give some the role backup.\n')
  else if (well.length > 0) table(context, COLUMNS.slice(0, 4), well.map(shortRow))
  for (const one of failed) complain(context, one)
  return failed.length > 0 ? EXIT.failure : EXIT.ok
}

function shortRow({ node, name = '', files, bytes }: BackupOutcome): Cell[] {
  return [node, name, String(files), String(bytes)].map((text) => ({ text }))
}

function complain({ terminal }: Context, { node, name, failure }: BackupOutcome): void {
  const what = name === undefined ? node : `${node}: ${name}`
  terminal.err(`${terminal.palette.red('failed')} ${what}: ${failure}\n`)
}

function table({ terminal }: Context, columns: readonly { readonly title: string }[], rows: Cell[][]): void {
  const { palette, width } = terminal
  const lines = renderTable(columns, rows, {
    titleStyle: palette.dim,
    ...(width !== undefined && { width }),
  })
  terminal.out(lines.map((line) => `${line}\n`).join(''))
}
