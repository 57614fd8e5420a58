/** `bramble ports`: who may reach what on which node, and why. From the cluster file alone: no node is asked. */
import type { ProvidedOnNode } from '../../topology/provided.ts'
import type { Scope } from '../../api/index.ts'
import { choiceOf, withChoosingOptions } from '../choosing-options.ts'
import type { Command, Session } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { jsonText } from '../render/json.ts'
import { renderTable, type Cell } from '../render/table.ts'

/** The role that closes what is not in the list. */
const CLOSES = 'firewall'

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
  const provided = cluster.provided().filter(({ node }) => chosen.has(node))
  const open = cluster.nodes
    .filter(({ name, roles }) => chosen.has(name) && !roles.includes(CLOSES))
    .map(({ name }) => name)
  if (common.json) {
    terminal.out(jsonText({ provided, withoutFirewall: open }))
    return EXIT.ok
  }
  const { palette, width } = terminal
  const table = renderTable(COLUMNS, provided.map(rowOf), {
    titleStyle: palette.dim,
    ...(width !== undefined && { width }),
  })
  const rest =
    open.length === 0
      ? 'Everything else is closed.'
      : `There is no firewall on ${open.join(', ')}: there, whatever listens can be reached.`
  terminal.out([...table, '', rest].map((line) => `${line}\n`).join(''))
  return EXIT.ok
}

const COLUMNS = [
  { title: 'NODE' },
  { title: 'PORTS' },
  { title: 'WHO MAY REACH IT' },
  { title: 'OVER' },
  { title: 'WHY' },
] as const

function rowOf({ node, ports: listed, to, network, name, role }: ProvidedOnNode): Cell[] {
  const who = typeof to === 'string' ? to : `nodes with ${to.roles.join(' or ')}`
  return [
    { text: node },
    { text: listed.map(({ port, protocol }) => `${port}/${protocol}`).join(' ') },
    { text: who },
    { text: network ?? 'any network' },
    { text: `${name} (${role})` },
  ]
}
