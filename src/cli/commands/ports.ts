/** `bramble ports`: who may reach what on which node, and why. From the cluster file alone: no node is asked. */
import type { Opening, ProvidedOnNode, ProvidedPort } from '../../topology/provided.ts'
import type { Scope } from '../../api/index.ts'
import { choiceOf, withChoosingOptions } from '../choosing-options.ts'
import type { Command, Session } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { listed } from '../render/counts.ts'
import { jsonText } from '../render/json.ts'
import { renderTable, type Cell } from '../render/table.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  withChoosingOptions(command).action((options, self) =>
    session.run(self, (context) => ports(context, choiceOf(options))),
  )
}

async function ports(context: Context, scope: Scope): Promise<ExitCode> {
  const { terminal, common } = context
  const opened = await context.openCluster()
  const { cluster } = opened.resolved
  const chosen = new Set((await context.api()).chosenNodes(opened, scope))
  const nodes = cluster.nodes.map(({ name }) => name).filter((name) => chosen.has(name))
  const provided = cluster.provided().filter(({ node }) => chosen.has(node))
  const closed = new Map(nodes.flatMap((node) => [[node, cluster.openings(node)] as const]))
  const open = nodes.filter((node) => closed.get(node) === undefined)
  if (common.json) {
    const openings = nodes.flatMap((node) => (closed.get(node) ?? []).map((one) => ({ node, ...one })))
    terminal.out(jsonText({ provided, openings, withoutFirewall: open }))
    return EXIT.ok
  }
  const { palette, width } = terminal
  const rows = nodes.flatMap(
    (node) =>
      closed.get(node)?.map((one) => rowOfOpening(node, one)) ??
      provided.filter((one) => one.node === node).map(rowOf),
  )
  const table = renderTable(COLUMNS, rows, {
    titleStyle: palette.dim,
    ...(width !== undefined && { width }),
  })
  const rest =
    open.length === 0
      ? 'Everything else is closed.'
      : `There is no firewall on ${listed(open, SHOWN)}:\n  whatever listens there can be reached.`
  terminal.out([...table, '', rest].map((line) => `${line}\n`).join(''))
  return EXIT.ok
}

/** More names than this are counted; `--json` has all. */
const SHOWN = 5

const COLUMNS = [
  { title: 'NODE' },
  { title: 'PORTS' },
  { title: 'WHO MAY REACH IT' },
  { title: 'OVER' },
  { title: 'WHY' },
] as const

function rowOf({ node, ports: given, to, network, name, role }: ProvidedOnNode): Cell[] {
  const who = typeof to === 'string' ? (to === 'cluster' ? 'the nodes' : to) : to.roles.join(' and ')
  return [
    { text: node },
    { text: portsText(given) },
    { text: who },
    { text: network ?? 'any network' },
    { text: `${name} (${role})` },
  ]
}

function rowOfOpening(node: string, { ports: given, who, network, what }: Opening): Cell[] {
  return [
    { text: node },
    { text: portsText(given) },
    { text: who },
    { text: network ?? 'any network' },
    { text: what },
  ]
}

function portsText(given: readonly ProvidedPort[]): string {
  return given.map(({ port, protocol }) => `${port}/${protocol}`).join(' ')
}
