/** `bramble node`: adds, removes or renames a node in the cluster file, with the plan shown before anything is written. */
import type { EditedCluster, NodeEdit, RefusedEdit } from '../../api/index.ts'
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import { NO_COLOURS } from '../../diagnostics/palette.ts'
import { askYesNo } from '../ask.ts'
import { clusterWords } from '../again.ts'
import { subcommand, type Command, type Session } from '../command.ts'
import { CommandRefusal, type Context } from '../context.ts'
import { planOfEdit } from '../edit-plan.ts'
import { editText, rolesLost } from '../edit-text.ts'
import { withExamples } from '../examples.ts'
import type { Example } from '../example-table.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { additionOf, withNodeOptions } from '../new-node.ts'
import { jsonText } from '../render/json.ts'
import { listed } from '../render/counts.ts'
import { lineDiff } from '../render/line-diff.ts'
import { showDiagnostics } from '../show-diagnostics.ts'

/** Declares the command and what can be done. */
export function define(command: Command, session: Session): void {
  const add = subcommand(command, 'add', 'add a node to the cluster file')
  withNodeOptions(add)
  withEditOptions(add, [
    ['bramble node add dog --address 192.168.1.14 --model pi4', 'a board with its address'],
    ['bramble node add dog --groups servers --label room=attic', 'and what it belongs to'],
  ])
    .argument('[new-node]', 'name of the new node: a-z, 0-9 and hyphens')
    .action((name, options, self) =>
      session.run(self, async (context) => edit(context, await additionOf(context, name, options), options)),
    )
  const remove = subcommand(
    command,
    'remove',
    'take a node out of the cluster file, and out of all that names it',
  )
  withEditOptions(remove, [
    ['bramble node remove dog', 'take it out wherever it is named'],
    ['bramble node remove dog --instead eel --yes', 'another node takes its place'],
  ])
    .argument('<node>', 'name of the node')
    .option('--instead <node>', 'node that takes its place in groups, roles and services')
    .action((node, { instead, ...options }, self) =>
      session.run(self, (context) => edit(context, { do: 'remove', node, instead }, options)),
    )
  const rename = subcommand(command, 'rename', 'give a board another name, everywhere in the cluster file')
  withEditOptions(rename, [['bramble node rename dog attic-1', 'the same board by another name']])
    .argument('<node>', 'name of the node')
    .argument('<new-name>', 'its new name')
    .action((node, to, options, self) =>
      session.run(self, (context) => edit(context, { do: 'rename', node, to }, options)),
    )
}

function withEditOptions(command: Command, examples: readonly Example[]) {
  withExamples(command, examples)
  return command
    .option('-y, --yes', 'agree to the edit beforehand')
    .option('--no-plan', 'do not look at the nodes to show what an apply would change')
}

interface EditChoices {
  readonly yes?: boolean
  readonly plan: boolean
}

async function edit(context: Context, wanted: NodeEdit, choices: EditChoices): Promise<ExitCode> {
  const { folder, file, common } = context
  const api = await context.api()
  const edited = await api.editCluster({ folder, file, lab: common.lab ?? false, set: common.set }, wanted)
  if (!('cluster' in edited)) return refused(context, edited)
  return common.json === true
    ? editForPrograms(context, edited, choices)
    : editForPeople(context, edited, choices)
}

async function editForPeople(
  context: Context,
  edited: EditedCluster,
  { yes = false, plan }: EditChoices,
): Promise<ExitCode> {
  const { terminal, common, surroundings } = context
  const api = await context.api()
  showFindings(context, edited)
  terminal.out(editText(edited, terminal.palette))
  if (plan && (await planOfEdit(context, edited.cluster)).interrupted) return EXIT.interrupted
  if (!yes) {
    if (!terminal.canAsk) throw new CommandRefusal(commandCodes.CONFIRMATION_MISSING({ command: 'node' }))
    if (!(await askYesNo(surroundings, `Write ${namesOf(edited)}?`))) {
      terminal.out('Nothing was written.\n')
      return EXIT.failure
    }
  }
  const undo = undoOf(context, edited, await api.writeEdit(edited))
  const words = ['bramble', ...clusterWords(common)].join(' ')
  terminal.out(`Wrote ${namesOf(edited)}. Next: ${words} apply\nUndo: ${undo}\n`)
  return EXIT.ok
}

/** Without `--yes` nobody has agreed: the answer says what would be written. */
async function editForPrograms(
  context: Context,
  edited: EditedCluster,
  { yes = false, plan }: EditChoices,
): Promise<ExitCode> {
  const { terminal } = context
  const api = await context.api()
  const planned = plan ? await planOfEdit(context, edited.cluster) : undefined
  const undo = yes ? undoOf(context, edited, await api.writeEdit(edited)) : undefined
  terminal.out(jsonText(documentOf(edited, planned?.differences, undo)))
  if (yes) return EXIT.ok
  showDiagnostics(terminal, [commandCodes.CONFIRMATION_MISSING({ command: 'node' })], { json: true })
  return EXIT.failure
}

function documentOf(
  edited: EditedCluster,
  differences: readonly object[] | undefined,
  undo: string | undefined,
): object {
  const { edit: done, files, cluster } = edited
  return {
    edit: done,
    file: files[0]?.file,
    written: undo !== undefined,
    diff: files.flatMap(({ before, after }) => lineDiff(before, after, NO_COLOURS)),
    ...(files.length > 1 && { files: files.map(({ file }) => file) }),
    ...(done.do === 'remove' && { rolesLost: rolesLost(edited) }),
    mentions: edited.mentions,
    diagnostics: cluster.diagnostics,
    ...(differences && { plan: differences }),
    ...(undo !== undefined && { undo }),
  }
}

/** What is wrong is shown with the lines as they would be, for the file is not written. */
function refused({ terminal, common }: Context, { diagnostics, texts }: RefusedEdit): ExitCode {
  const { json = false, lab = false } = common
  showDiagnostics(terminal, diagnostics, { json, lab, typed: common, ...(texts && { texts }) })
  if (json) terminal.out(jsonText({ written: false, diagnostics }))
  else terminal.err('Nothing was written.\n')
  return EXIT.failure
}

function showFindings({ terminal, common }: Context, { cluster, files }: EditedCluster): void {
  const { lab = false } = common
  showDiagnostics(terminal, cluster.diagnostics, {
    json: false,
    lab,
    typed: common,
    texts: new Map(files.map(({ file, after }) => [file, after])),
  })
}

function namesOf({ files }: EditedCluster): string {
  return listed(files.map(({ file }) => file))
}

/** What takes the edit back. */
function undoOf({ common }: Context, { edit: done, files }: EditedCluster, kept: readonly string[]): string {
  const words = ['bramble', ...clusterWords(common), 'node'].join(' ')
  if (done.do === 'add') return `${words} remove ${done.node}`
  if (done.do === 'rename') return `${words} rename ${done.to} ${done.node}`
  return files.map(({ file }, index) => `cp ${kept[index] ?? ''} ${file}`).join(' && ')
}
