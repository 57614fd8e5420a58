/** What stands at the end of a run: a table of the nodes, what to do about failures, and one line that says it all. */
import type { Palette } from '../../diagnostics/palette.ts'
import { isWell, type Event } from '../../events/event.ts'
import { oneLine, withoutName } from './columns.ts'
import { counted, listed, outcomeWord, summaryPhrase } from './counts.ts'
import { formatDuration } from './duration.ts'
import { grouped } from './grouped.ts'
import type { NodeProgress, RunProgress } from './progress.ts'
import { outcomeColour } from './sign.ts'
import { renderTable, type Cell } from './table.ts'

type EngineFinished = Extract<Event, { type: 'engine-finished' }>

/** What the closing lines need beside the run. */
export interface EndOptions {
  readonly palette: Palette
  /** Roles by node. */
  readonly roles: ReadonlyMap<string, readonly string[]>
  /** Columns that are there; undefined where lines may have any length. */
  readonly width?: number
}

/** A longer table is read by nobody: failures come first, and what does not fit is counted. */
const MOST_ROWS = 30

const COLUMNS = [
  { title: 'NODE' },
  { title: 'ROLES' },
  { title: 'OUTCOME' },
  { title: 'CHANGED', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: 'TIME', align: 'right' },
  { title: '' },
] as const

/** The table and the way out of each failure. */
export function endTable(progress: RunProgress, options: EndOptions): string[] {
  const nodes = [...progress.nodes.values()]
  const order = nodes.length <= MOST_ROWS ? nodes : nodes.toSorted((a, b) => weight(a) - weight(b))
  const shown = order.slice(0, MOST_ROWS)
  const rows = [
    ...shown.map((node) => nodeRow(node, progress, options)),
    ...[...progress.engines.values()].map((engine) => engineRow(engine, progress, options)),
  ]
  const table = renderTable(COLUMNS, rows, {
    titleStyle: options.palette.dim,
    ...(options.width !== undefined && { width: options.width }),
  })
  return [...table, ...restLines(order.slice(MOST_ROWS), progress), ...fixLines(progress, options.palette)]
}

/** `Apply: 3 changed, 1 failed, 40 unchanged on 5 nodes in 42s`. */
export function endLine(progress: RunProgress, palette: Palette, typed = 'bramble apply'): string {
  const { end, endedAt, started, nodes } = progress
  if (!end) return palette.red(`The run did not come to its end; run ${typed} again to go on`)
  const span = formatDuration((endedAt ?? started) - started)
  // Where nothing was seen, nothing is known to be as wanted.
  const nothing = isWell(end.outcome) ? 'nothing to do' : 'nothing was done'
  const line = `Apply: ${summaryPhrase(end.summary) || nothing} on ${counted(nodes.size, 'node')} in ${span}`
  const failed = [
    ...end.failedNodes,
    ...[...progress.engines.values()]
      .filter(({ outcome }) => outcome === 'failed')
      .map(({ engine }) => engine),
  ]
  const unseen = [...progress.engines.values()].filter(({ outcome }) => outcome === 'skipped')
  const undone = [...(end.unfinishedNodes ?? []), ...unseen.map(({ engine }) => engine)]
  const names = (joint: string, all: readonly string[]): string =>
    all.length > 0 ? `; ${joint}: ${listed(all.map(oneLine))}` : ''
  const rest = `${names('failed', failed)}${names('not done', undone)}`
  return outcomeColour(end.outcome, palette)(palette.bold(line + rest))
}

const WEIGHTS = { failed: 0, unfinished: 1, skipped: 2, declined: 2, changed: 3, unchanged: 4 } as const

/** Failed nodes first, untouched ones last. */
function weight({ outcome }: NodeProgress): number {
  return outcome === undefined ? 1 : WEIGHTS[outcome]
}

function nodeRow(node: NodeProgress, progress: RunProgress, { palette, roles }: EndOptions): Cell[] {
  const { name, outcome, summary, message } = node
  return [
    { text: oneLine(name), style: palette.bold },
    { text: (roles.get(name) ?? []).join(', ') },
    outcome
      ? { text: outcomeWord(progress.command, outcome), style: outcomeColour(outcome, palette) }
      : { text: 'unfinished', style: palette.red },
    { text: numberCell(summary.changed) },
    { text: numberCell(summary.failed), style: palette.red },
    { text: spanOf(node) },
    { text: message === undefined ? '' : oneLine(message) },
  ]
}

/** What belongs to the cluster, and how its engine stands. */
function engineRow(
  { engine, outcome, summary, message }: EngineFinished,
  progress: RunProgress,
  { palette }: EndOptions,
): Cell[] {
  return [
    { text: oneLine(engine), style: palette.bold },
    { text: 'the cluster' },
    { text: outcomeWord(progress.command, outcome), style: outcomeColour(outcome, palette) },
    { text: numberCell(summary.changed) },
    { text: numberCell(summary.failed), style: palette.red },
    { text: '' },
    { text: message === undefined ? '' : oneLine(withoutName(message, engine)) },
  ]
}

/** How long a node was worked on. An older journal has only when it began and ended. */
function spanOf({ seconds, started, finished }: NodeProgress): string {
  if (seconds !== undefined) return formatDuration(seconds * 1000)
  return started === undefined || finished === undefined ? '' : formatDuration(finished - started)
}

/** Among zeros the numbers that matter are hard to see. */
function numberCell(count: number): string {
  return count === 0 ? '' : String(count)
}

function restLines(rest: readonly NodeProgress[], progress: RunProgress): string[] {
  if (rest.length === 0) return []
  const word = ({ outcome }: NodeProgress): string =>
    outcome ? outcomeWord(progress.command, outcome) : 'unfinished'
  const counts = [...grouped(rest, word)].map(([outcome, nodes]) => `${nodes.length} ${outcome}`)
  const failed = rest.filter(({ outcome }) => outcome === 'failed').map(({ name }) => oneLine(name))
  const names = failed.length > 0 ? [`failed too: ${failed.join(', ')}`] : []
  return [`… and ${rest.length} more: ${counts.join(', ')}`, ...names]
}

/** Each way out once, with the nodes that it is for. */
function fixLines({ nodes, engines }: RunProgress, palette: Palette): string[] {
  const ended = [
    ...nodes.values(),
    ...[...engines.values()].map(({ engine, fix }) => ({ name: engine, fix })),
  ]
  const failed = ended.filter(({ fix }) => fix !== undefined)
  const lines = [...grouped(failed, ({ fix }) => oneLine(fix ?? ''))].map(
    ([fix, group]) => `${listed(group.map(({ name }) => oneLine(name)))}: ${palette.dim('fix')} ${fix}`,
  )
  return lines.length > 0 ? ['', ...lines] : []
}
