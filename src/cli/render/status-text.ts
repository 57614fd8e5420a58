/** The text of `bramble status`: a table of the nodes, then each engine with its members and failing checks. */
import type { Palette } from '../../diagnostics/palette.ts'
import type { EngineStatus } from '../../engines/contract.ts'
import type { ClusterStatus, NodeStatus, ReasonKind } from '../../api/index.ts'
import { formatBytes } from './bytes.ts'
import { oneLine, withoutName } from './columns.ts'
import { counted } from './counts.ts'
import { formatUptime } from './duration.ts'
import { renderTable, type Cell } from './table.ts'

/** The lines. */
export function renderStatus(status: ClusterStatus, palette: Palette, width?: number): string[] {
  const engines = status.engines.flatMap((engine) => [
    '',
    ...engineLines(engine, palette, width),
    ...supportLines(status, engine.name, palette),
  ])
  return [...nodeTable(status, palette, width), ...engines, '', ...verdictLines(status, palette)]
}

/** What was not asked yet stands there with dots; see {@link nodeTable}. */
export type WaitingNode = Pick<NodeStatus, 'name' | 'wanted'>

/** As much of a status as is known. */
interface StatusSoFar {
  readonly nodes: readonly (NodeStatus | WaitingNode)[]
  readonly reasons?: ClusterStatus['reasons']
}

/** The table of the nodes, also while some of them have not answered. */
export function nodeTable({ nodes, reasons = [] }: StatusSoFar, palette: Palette, width?: number): string[] {
  const alarms = new Set(reasons.map(({ about, kind }) => `${about} ${kind}`))
  const rows = nodes.map((node) =>
    'reached' in node ? nodeRow(node, alarms, palette) : waitingRow(node, palette),
  )
  return renderTable(NODE_COLUMNS, rows, {
    titleStyle: palette.dim,
    ...(width !== undefined && { width }),
  })
}

/** What tells that something is wrong stays longest. */
const NODE_COLUMNS = [
  { title: 'NODE' },
  { title: 'STATE' },
  { title: 'DRIFT', align: 'right' },
  { title: 'CERT', align: 'right' },
  { title: 'CLOCK', align: 'right', spare: 5 },
  { title: 'DISK FREE', align: 'right', spare: 4 },
  { title: 'MEMORY', align: 'right', spare: 3 },
  { title: 'UP', align: 'right', spare: 2 },
  { title: 'BOARD', spare: 1 },
  { title: 'ROLES' },
] as const

function waitingRow({ name, wanted }: WaitingNode, palette: Palette): Cell[] {
  const row: Cell[] = [
    { text: oneLine(name), style: palette.bold },
    { text: '...', style: palette.dim },
  ]
  return [...row, ...Array.from({ length: 7 }, () => ({ text: '' })), { text: wanted.join(', ') }]
}

function nodeRow(node: NodeStatus, alarms: ReadonlySet<string>, palette: Palette): Cell[] {
  const { name, reached, drift, diskFreeBytes, clockOffsetSeconds: offset, certificateDaysLeft: days } = node
  const alarm = (kind: ReasonKind): Pick<Cell, 'style'> =>
    alarms.has(`${name} ${kind}`) ? { style: palette.red } : {}
  return [
    { text: oneLine(name), style: palette.bold },
    reached ? { text: 'up', style: palette.green } : { text: 'unreachable', style: palette.red },
    { text: reached ? String(drift ?? 'not known') : '', ...alarm('drift') },
    { text: days === undefined ? '' : `${Math.floor(days)} d`, ...alarm('certificate') },
    {
      text: offset === undefined ? '' : `${offset >= 0 ? '+' : ''}${offset.toFixed(1)}s`,
      ...alarm('clock'),
    },
    { text: diskFreeBytes === undefined ? '' : formatBytes(diskFreeBytes), ...alarm('disk') },
    { text: memory(node) },
    { text: node.uptimeSeconds === undefined ? '' : formatUptime(node.uptimeSeconds) },
    { text: oneLine(node.model) },
    { text: node.wanted.join(', ') },
  ]
}

function memory({ memoryBytes, memoryUsedBytes: used }: NodeStatus): string {
  if (memoryBytes <= 0) return ''
  return used === undefined ? formatBytes(memoryBytes) : `${formatBytes(used)} of ${formatBytes(memoryBytes)}`
}

function engineLines(engine: EngineStatus, palette: Palette, width: number | undefined): string[] {
  const state = engine.healthy ? palette.green('healthy') : palette.red('not healthy')
  const detail = engine.detail === '' ? '' : `: ${oneLine(engine.detail)}`
  const rows = engine.members.map((member): Cell[] => [
    { text: oneLine(member.node), style: palette.bold },
    { text: member.role },
    { text: oneLine(member.state), ...(member.state !== 'alive' && { style: palette.red }) },
    { text: member.leader ? 'leader' : member.voter ? 'voter' : '' },
    { text: oneLine(member.version ?? '') },
    { text: member.memoryBytes === undefined ? '' : formatBytes(member.memoryBytes) },
  ])
  const table = renderTable(MEMBER_COLUMNS, rows, {
    titleStyle: palette.dim,
    ...(width !== undefined && { width: width - 2 }),
  })
  return [
    `${palette.bold(oneLine(engine.name))} is ${state}${detail}`,
    ...(rows.length > 0 ? table.map((line) => `  ${line}`) : []),
    ...(engine.strangers ?? []).map(({ name, unit }) => `  ${palette.yellow(strangerLine(name, unit))}`),
  ]
}

function strangerLine(name: string, unit: string): string {
  const fix = `put it back under nodes, without a role, and run bramble apply; or end ${unit} on it`
  return `${oneLine(name)} still runs and is not in the cluster file: ${fix}`
}

/** Of each version that runs; in colour only where there is something to be done. */
function supportLines({ support }: ClusterStatus, name: string, palette: Palette): string[] {
  return support
    .filter(({ engine }) => engine === name)
    .map(({ detail, state, safe }) => {
      const text = `  ${oneLine(detail)}`
      return safe ? (state === 'supported' ? text : palette.yellow(text)) : palette.red(text)
    })
}

const MEMBER_COLUMNS = [
  { title: 'MEMBER' },
  { title: 'AS' },
  { title: 'STATE' },
  { title: 'QUORUM' },
  { title: 'VERSION' },
  { title: 'MEMORY', align: 'right', spare: 1 },
] as const

/** The one verdict, with every reason. */
function verdictLines({ nodes, engines, reasons }: ClusterStatus, palette: Palette): string[] {
  if (reasons.length === 0) {
    const asked = `${counted(nodes.length, 'node')}, ${counted(engines.length, 'engine')}`
    return [palette.green(`All is well: ${asked}`)]
  }
  return [
    palette.red('Not all is well:'),
    ...reasons.map(({ kind, about, text }) => {
      const what = `${palette.bold(oneLine(about))}: ${WORDS[kind]}${oneLine(withoutName(text, about))}`
      return `  ${what}`
    }),
  ]
}

/** What stands before a reason whose text does not say it. */
const WORDS: Readonly<Record<ReasonKind, string>> = {
  unreachable: 'unreachable: ',
  unknown: 'not known: ',
  refused: 'refused by an apply: ',
  drift: '',
  certificate: '',
  clock: '',
  disk: '',
  throttled: '',
  card: '',
  engine: '',
  maintenance: '',
  check: '',
  apply: '',
  version: '',
}
