/** The text of `bramble status`: a table of the nodes, then each engine with its members and failing checks. */
import type { Palette } from '../../diagnostics/palette.ts'
import type { EngineStatus } from '../../engines/contract.ts'
import type { ClusterStatus, NodeStatus } from '../../cluster/index.ts'
import { formatBytes } from './bytes.ts'
import { oneLine, withoutName } from './columns.ts'
import { counted, listed } from './counts.ts'
import { formatUptime } from './duration.ts'
import { renderTable, type Cell } from './table.ts'

/** From here on a clock is too far off for certificates and logs to be trusted. */
const WRONG_CLOCK_SECONDS = 2
/** Certificates are renewed at two thirds of their life; one this close to its end was forgotten. */
const FEW_DAYS = 14
const LITTLE_DISK_BYTES = 500 * 1024 * 1024

/** Whether every node answers and every engine is healthy: what the exit status tells. */
export function isWell({ nodes, engines, problems = [] }: ClusterStatus): boolean {
  const isNodeWell = (node: NodeStatus): boolean => node.reached && certificateProblems(node).length === 0
  return problems.length === 0 && nodes.every(isNodeWell) && engines.every(({ healthy }) => healthy)
}

function certificateProblems({ certificates = [] }: NodeStatus): readonly string[] {
  return certificates.flatMap(({ problems }) => problems)
}

/** The lines. */
export function renderStatus(status: ClusterStatus, palette: Palette, width?: number): string[] {
  const table = renderTable(
    NODE_COLUMNS,
    status.nodes.map((node) => nodeRow(node, palette)),
    {
      titleStyle: palette.dim,
      ...(width !== undefined && { width }),
    },
  )
  const engines = status.engines.flatMap((engine) => ['', ...engineLines(engine, palette, width)])
  const certificates = status.nodes.flatMap((node) =>
    certificateProblems(node).map(
      (problem) => `${palette.red('certificate')} ${oneLine(`${node.name}: ${problem}`)}`,
    ),
  )
  const trouble = certificates.length > 0 ? ['', ...certificates] : []
  return [...table, ...engines, ...trouble, '', verdict(status, palette)]
}

const NODE_COLUMNS = [
  { title: 'NODE' },
  { title: 'STATE' },
  { title: 'ROLES' },
  { title: 'BOARD' },
  { title: 'MEMORY', align: 'right' },
  { title: 'DISK FREE', align: 'right' },
  { title: 'CLOCK', align: 'right' },
  { title: 'UP', align: 'right' },
  { title: 'CERT', align: 'right' },
  { title: 'DRIFT', align: 'right' },
  { title: '' },
] as const

function nodeRow(node: NodeStatus, palette: Palette): Cell[] {
  const { reached, drift, diskFreeBytes, clockOffsetSeconds: offset, certificateDaysLeft: days } = node
  const alarm = (isWrong: boolean): Pick<Cell, 'style'> => (isWrong ? { style: palette.red } : {})
  return [
    { text: oneLine(node.name), style: palette.bold },
    reached ? { text: 'up', style: palette.green } : { text: 'unreachable', style: palette.red },
    { text: node.wanted.join(', ') },
    { text: oneLine(node.model) },
    { text: memory(node) },
    {
      text: diskFreeBytes === undefined ? '' : formatBytes(diskFreeBytes),
      ...alarm((diskFreeBytes ?? Infinity) < LITTLE_DISK_BYTES),
    },
    {
      text: offset === undefined ? '' : `${offset >= 0 ? '+' : ''}${offset.toFixed(1)}s`,
      ...alarm(Math.abs(offset ?? 0) > WRONG_CLOCK_SECONDS),
    },
    { text: node.uptimeSeconds === undefined ? '' : formatUptime(node.uptimeSeconds) },
    { text: days === undefined ? '' : `${Math.floor(days)} d`, ...alarm((days ?? Infinity) < FEW_DAYS) },
    { text: drift === undefined ? '' : String(drift), ...((drift ?? 0) > 0 && { style: palette.yellow }) },
    { text: remarks(node), style: reached ? palette.yellow : palette.red },
  ]
}

function memory({ memoryBytes, memoryUsedBytes: used }: NodeStatus): string {
  if (memoryBytes <= 0) return ''
  return used === undefined ? formatBytes(memoryBytes) : `${formatBytes(used)} of ${formatBytes(memoryBytes)}`
}

function remarks({ name, detail, throttled }: NodeStatus): string {
  return [detail && withoutName(detail, name), throttled]
    .filter((text) => text !== undefined && text !== '')
    .map((text) => oneLine(text ?? ''))
    .join('; ')
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
  ])
  const table = renderTable(MEMBER_COLUMNS, rows, {
    titleStyle: palette.dim,
    ...(width !== undefined && { width: width - 2 }),
  })
  const checks = engine.failingChecks.map(({ node, service, check, output }) =>
    oneLine(`${node}: ${service === '' ? check : `${service}, ${check}`}: ${output}`),
  )
  return [
    `${palette.bold(oneLine(engine.name))} is ${state}${detail}`,
    ...(rows.length > 0 ? table.map((line) => `  ${line}`) : []),
    ...checks.map((line) => `  ${palette.red('failing')} ${line}`),
  ]
}

const MEMBER_COLUMNS = [
  { title: 'MEMBER' },
  { title: 'AS' },
  { title: 'STATE' },
  { title: 'QUORUM' },
  { title: 'VERSION' },
] as const

function verdict({ nodes, engines, problems = [] }: ClusterStatus, palette: Palette): string {
  const lost = nodes.filter(({ reached }) => !reached).map(({ name }) => oneLine(name))
  const unwell = engines.filter(({ healthy }) => !healthy).map(({ name }) => oneLine(name))
  const uncertain = nodes
    .filter((node) => certificateProblems(node).length > 0)
    .map(({ name }) => oneLine(name))
  if (lost.length + unwell.length + uncertain.length + problems.length === 0) {
    return palette.green(
      `All is well: ${counted(nodes.length, 'node')}, ${counted(engines.length, 'engine')}`,
    )
  }
  const parts = [
    ...(lost.length > 0 ? [`unreachable: ${listed(lost)}`] : []),
    ...(unwell.length > 0 ? [`not healthy: ${listed(unwell)}`] : []),
    ...(uncertain.length > 0 ? [`certificates: ${listed(uncertain)}`] : []),
    ...(problems.length > 0 ? ['the secrets of the cluster are not there'] : []),
  ]
  return palette.red(parts.join('; '))
}
