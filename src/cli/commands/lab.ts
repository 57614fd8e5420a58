/** `bramble lab`: virtual nodes on this computer, made from the cluster file; pulls their cables and plugs. */
import { InvalidArgumentError } from 'commander'
import { findClusterFile } from '../../cluster-file/find.ts'
import { labCodes } from '../../diagnostics/catalogue/lab.ts'
import type { LabIdentity, LabNodeState } from '../../lab/lab-spec.ts'
import { subcommand, type Command, type Session } from '../command.ts'
import { CommandRefusal, createContext, type Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { formatBytes } from '../render/bytes.ts'
import { oneLine } from '../render/columns.ts'
import { jsonText } from '../render/json.ts'
import { renderTable, type Cell } from '../render/table.ts'
import { tell } from '../tell.ts'
import { ssh } from './ssh.ts'

/** Declares the command and what can be done. */
export function define(command: Command, session: Session): void {
  subcommand(command, 'up', 'make the nodes that are missing, boot those that are down')
    .option(
      '--share-memory',
      "let the nodes share this computer's memory instead of limiting each to its board's",
    )
    .option('--remove', 'remove nodes that are not in the cluster file, with their disks')
    .option(
      '--emulate <nodes>',
      'make these nodes emulated machines with a kernel, a clock and a disk of their own (names, with commas)',
    )
    .action((options, self) => session.run(self, (context) => up(context, options)))
  subcommand(command, 'down', 'remove the lab of this folder with all its traces')
    .argument('[nodes...]', 'remove only these nodes, with their disks')
    .action((nodes, _options, self) => session.run(self, (context) => down(context, nodes)))
  subcommand(command, 'list', 'list all labs of this computer').action((_options, self) =>
    session.run(self, list),
  )
  subcommand(command, 'ssh', 'log in to a virtual node, or run a command there')
    .argument('<node>', 'name of the node')
    .argument('[command...]', 'command to run there; its words arrive as they are')
    .passThroughOptions()
    .action((node, words, _options, self) =>
      session.run(self, ({ surroundings, common }) =>
        ssh(createContext(surroundings, { ...common, lab: true }), node, words),
      ),
    )
  definePlugs(command, session)
}

/** Plugs and cables. */
function definePlugs(command: Command, session: Session): void {
  for (const [name, { summary, told }] of Object.entries(ACTIONS)) {
    subcommand(command, name, summary)
      .argument('<nodes...>', 'names of nodes')
      .action((nodes, _options, self) =>
        session.run(self, (context) => act(context, name as keyof typeof ACTIONS, nodes, told)),
      )
  }
  subcommand(command, 'start', 'plug nodes in again and wait until one can log in')
    .argument('<nodes...>', 'names of nodes')
    .option(
      '--clock <time>',
      'what emulated nodes find in their battery clock, such as 2019-03-01T12:00:00Z',
      moment,
    )
    .action((nodes, options, self) => session.run(self, (context) => start(context, nodes, options)))
}

/** Reads an option that is a time; anything else is bad usage. */
function moment(words: string): Date {
  const time = new Date(words)
  if (Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('It must be a date with a time, such as 2019-03-01T12:00:00Z.')
  }
  return time
}

/** What can be done to a virtual node, and what is said when it is done. */
const ACTIONS = {
  cut: { summary: 'pull the network cable of nodes', told: 'is off the network' },
  mend: { summary: 'plug the network cable of nodes in again', told: 'is on the network again' },
  kill: { summary: 'pull the plug of nodes', told: 'is off' },
} as const

async function up(
  context: Context,
  {
    shareMemory,
    remove,
    emulate,
  }: { readonly shareMemory?: true; readonly remove?: true; readonly emulate?: string },
): Promise<ExitCode> {
  const { terminal, common } = context
  const twin = createContext(context.surroundings, { ...common, lab: true })
  const cluster = await twin.openCluster()
  const api = await context.api()
  const say = ({ node, text }: { node?: string; text: string }): void => {
    if (common.json) {
      terminal.err(`${JSON.stringify({ type: 'progress', ...(node !== undefined && { node }), text })}\n`)
      return
    }
    terminal.err(`${node === undefined ? '' : `${oneLine(node)}: `}${oneLine(text)}\n`)
  }
  const states = await api.bringUpLab(cluster, say, {
    shareMemory: shareMemory === true,
    remove: remove === true,
    ...(emulate !== undefined && { emulate: namesOf([emulate]) }),
  })
  showNodes(context, states)
  return EXIT.ok
}

async function down(context: Context, words: readonly string[]): Promise<ExitCode> {
  const labs = await labsHere(context)
  const nodes = namesOf(words)
  if (nodes.length > 0) return removeNodes(context, labs[0], nodes)
  const api = await context.api()
  // Taking down what is not up is done already; in a folder without a cluster it is a mistake about the folder.
  if (labs.length === 0 && 'diagnostic' in findClusterFile(context.folder)) throw await noLabHere(context)
  for (const lab of labs) await api.takeDownLab({ name: lab.cluster, folder: lab.folder })
  const sentences = labs.map(({ cluster }) => `The lab of ${cluster} is gone.`)
  const none = 'There is no lab of this folder.'
  tell(context, { removed: labs }, sentences.length > 0 ? sentences.join('\n') : none)
  return EXIT.ok
}

async function removeNodes(
  context: Context,
  lab: LabIdentity | undefined,
  nodes: readonly string[],
): Promise<ExitCode> {
  const { labRemove } = await import('../../lab/lab.ts')
  if (!lab) throw await noLabHere(context)
  const { cluster, folder } = lab
  await labRemove({ cluster, folder }, nodes)
  tell(context, { removed: nodes }, nodes.map((node) => `${node} is gone with its disk.`).join('\n'))
  return EXIT.ok
}

/** Names may stand apart or in lists with commas. */
function namesOf(words: readonly string[]): string[] {
  return [...new Set(words.flatMap((word) => word.split(',')))]
}

async function list(context: Context): Promise<ExitCode> {
  const { terminal, common } = context
  const { labList } = await import('../../lab/lab.ts')
  const labs = await labList()
  if (common.json) {
    terminal.out(jsonText(labs))
    return EXIT.ok
  }
  if (labs.length === 0) terminal.out('There are no labs on this computer.\n')
  for (const { cluster, folder, nodes } of labs) {
    terminal.out(`${terminal.palette.bold(cluster)} ${terminal.palette.dim(folder)}\n`)
    showNodes(context, nodes)
  }
  return EXIT.ok
}

async function act(
  context: Context,
  action: keyof typeof ACTIONS,
  nodes: readonly string[],
  told: string,
): Promise<ExitCode> {
  const { labCut, labKill, labMend } = await import('../../lab/lab.ts')
  const does = { cut: labCut, mend: labMend, kill: labKill }[action]
  return onEach(context, action, nodes, told, does)
}

async function start(
  context: Context,
  nodes: readonly string[],
  { clock }: { readonly clock?: Date },
): Promise<ExitCode> {
  const { labStart } = await import('../../lab/lab.ts')
  return onEach(context, 'start', nodes, 'runs', (lab, node) => labStart(lab, node, clock && { clock }))
}

async function onEach(
  context: Context,
  action: string,
  nodes: readonly string[],
  told: string,
  does: (lab: LabIdentity, node: string) => Promise<void>,
): Promise<ExitCode> {
  const [lab] = await labsHere(context)
  if (!lab) throw await noLabHere(context)
  // All at once: a failure of three nodes is not three failures of one.
  const names = await chosenIn(context, lab, nodes)
  await Promise.all(names.map((node) => does(lab, node)))
  tell(context, { action, nodes: names }, names.map((node) => `${node} ${told}`).join('\n'))
  return EXIT.ok
}

/** Names of virtual nodes need no cluster file, which may have mistakes by now; other words are read as everywhere. */
async function chosenIn(
  { surroundings, common }: Context,
  lab: { readonly nodes: readonly LabNodeState[] },
  words: readonly string[],
): Promise<readonly string[]> {
  const names = namesOf(words)
  const known = new Set(lab.nodes.map(({ name }) => name))
  if (names.every((name) => known.has(name))) return names
  const twin = createContext(surroundings, { ...common, lab: true })
  const cluster = await twin.openCluster({ despiteFindings: true })
  return (await twin.api()).chosenNodes(cluster, { nodes: names })
}

/** Found by its folder, so that it can be taken down even when the cluster file has mistakes by now. */
async function labsHere({
  folder,
}: Context): Promise<readonly (LabIdentity & { readonly nodes: readonly LabNodeState[] })[]> {
  const { labList } = await import('../../lab/lab.ts')
  return (await labList()).filter((lab) => lab.folder === folder)
}

async function noLabHere({ folder }: Context): Promise<CommandRefusal> {
  const { labList } = await import('../../lab/lab.ts')
  const labs = (await labList()).map((lab) => ({ cluster: lab.cluster, folder: lab.folder }))
  const isCluster = 'path' in findClusterFile(folder)
  return new CommandRefusal(labCodes.LAB_NOT_HERE({ folder, isCluster, labs }))
}

function showNodes({ terminal, common }: Context, nodes: readonly LabNodeState[]): void {
  if (common.json) {
    terminal.out(jsonText(nodes))
    return
  }
  const { palette } = terminal
  const rows = nodes.map((node): Cell[] => [
    { text: node.name, style: palette.bold },
    { text: node.address },
    node.running
      ? { text: node.emulated ? 'running, emulated' : 'running', style: palette.green }
      : { text: 'off', style: palette.red },
    { text: node.cut ? 'cable pulled' : '', style: palette.yellow },
    { text: node.memoryLimitBytes === undefined ? '' : formatBytes(node.memoryLimitBytes) },
  ])
  const columns = [
    { title: 'NODE' },
    { title: 'ADDRESS' },
    { title: 'STATE' },
    { title: 'NETWORK' },
    { title: 'MEMORY' },
  ]
  terminal.out(
    renderTable(columns, rows, { titleStyle: palette.dim })
      .map((line) => `${line}\n`)
      .join(''),
  )
}
