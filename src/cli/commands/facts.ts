/** `bramble facts`: reads the facts of live nodes into the cluster lock, and shows them. */
import type { NodeFacts, Scope } from '../../api/index.ts'
import { choiceOf, withChoosingOptions } from '../choosing-options.ts'
import type { Command, Session } from '../command.ts'
import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { formatBytes } from '../render/bytes.ts'
import { oneLine, withoutName } from '../render/columns.ts'
import { counted } from '../render/counts.ts'
import { jsonText } from '../render/json.ts'
import { renderTable, type Cell } from '../render/table.ts'

/** Declares the command. */
export function define(command: Command, session: Session): void {
  withChoosingOptions(command)
    .argument('[nodes...]', 'the same words as for --node; all nodes when left out')
    .action((words, options, self) =>
      session.run(self, (context) => {
        const nodes = words.length > 0 ? [...words, ...(options.node ?? [])] : options.node
        return readFacts(context, choiceOf({ ...options, ...(nodes && { node: nodes }) }))
      }),
    )
}

async function readFacts(context: Context, scope: Scope): Promise<ExitCode> {
  const { terminal, common } = context
  // What is wrong with the nodes may have been mended since they were last looked at.
  const cluster = await context.openCluster({ despiteFindings: true })
  const api = await context.api()
  const read = await api.facts(cluster, scope)
  const lost = read.filter(({ facts }) => facts === undefined)
  if (common.json) terminal.out(jsonText(read))
  else {
    const width = terminal.width
    const table = renderTable(
      COLUMNS,
      read.map((node) => rowOf(node, terminal.palette)),
      {
        titleStyle: terminal.palette.dim,
        ...(width !== undefined && { width }),
      },
    )
    const sum = `${counted(read.length - lost.length, 'node')} read into the cluster lock`
    const fixes = lost.flatMap(({ node, fix }) =>
      fix === undefined ? [] : [`${node}: ${terminal.palette.dim('fix')} ${oneLine(fix)}`],
    )
    const advice = fixes.length > 0 ? ['', ...fixes] : []
    terminal.out([...table, ...advice, '', sum].map((line) => `${line}\n`).join(''))
  }
  return lost.length > 0 ? EXIT.failure : EXIT.ok
}

const COLUMNS = [
  { title: 'NODE' },
  { title: 'BOARD' },
  { title: 'MEMORY', align: 'right' },
  { title: 'SYSTEM' },
  { title: 'KERNEL' },
  { title: 'SERIAL' },
  { title: '' },
] as const

function rowOf({ node, facts = {}, detail }: NodeFacts, palette: Context['terminal']['palette']): Cell[] {
  const text = (key: string): string => oneLine(facts[key] ?? '')
  const memory = Number(facts['memory'] ?? '0')
  return [
    { text: node, style: palette.bold },
    { text: text('model') },
    { text: memory > 0 ? formatBytes(memory) : '' },
    { text: `${text('os')} ${text('os_release')} ${text('debian')}`.trim().replaceAll(/ +/g, ' ') },
    { text: text('kernel') },
    { text: text('serial') },
    { text: detail === undefined ? '' : oneLine(withoutName(detail, node)), style: palette.red },
  ]
}
