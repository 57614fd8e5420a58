/** The text of `bramble top`: a board a line, worst first; what a board does not tell is a dash, and is named below. */
import type { BoardReading, Measure } from '../../api/index.ts'
import type { Palette } from '../../diagnostics/palette.ts'
import { formatBytes } from './bytes.ts'
import { oneLine, withoutName } from './columns.ts'
import { listed } from './counts.ts'
import { formatUptime } from './duration.ts'
import { renderTable, type Cell } from './table.ts'

const COLUMNS = [
  { title: 'NODE' },
  { title: 'MEMORY', align: 'right' },
  { title: 'LOAD', align: 'right' },
  { title: 'HEAT', align: 'right' },
  { title: 'DISK', align: 'right' },
  { title: 'WEAR', align: 'right', spare: 2 },
  { title: 'UP', align: 'right', spare: 1 },
  { title: 'THROTTLED' },
] as const

/** Not told. */
const DASH = '–'

/** The lines. */
export function renderTop(boards: readonly BoardReading[], palette: Palette, width?: number): string[] {
  const rows = boards.map((board) => rowOf(board, palette))
  const table = renderTable(COLUMNS, rows, { titleStyle: palette.dim, ...(width !== undefined && { width }) })
  const lost = boards.flatMap(({ node, reached, detail = '', fix }) =>
    reached
      ? []
      : [
          palette.red(`${node}: ${oneLine(withoutName(detail, node))}`),
          ...(fix === undefined ? [] : [`${node}: ${palette.dim('fix')} ${oneLine(fix)}`]),
        ],
  )
  const unknown = unknownLine(boards)
  const below = [...lost, ...(unknown === undefined ? [] : [palette.dim(unknown)])]
  return [...table, ...(below.length > 0 ? ['', ...below] : [])]
}

function rowOf(board: BoardReading, palette: Palette): Cell[] {
  const { node, reached, memory, load, heat, disk, wear, uptimeSeconds } = board
  const cell = (measure: Measure, text: string | undefined): Cell => {
    if (text === undefined) return { text: reached ? DASH : '', style: palette.dim }
    const severity = board.severities[measure] ?? 0
    return severity === 0 ? { text } : { text, style: severity > 1 ? palette.red : palette.yellow }
  }
  return [
    { text: node, style: palette.bold },
    cell(
      'memory',
      memory && `${percent(memory.usedBytes / memory.totalBytes)} of ${formatBytes(memory.totalBytes)}`,
    ),
    cell('load', load && `${(load.averages[1] ?? 0).toFixed(2)}/${load.processors}`),
    cell('heat', heat === undefined ? undefined : `${Math.round(heat)} °C`),
    cell(
      'disk',
      disk && `${disk.readOnly ? 'read-only ' : ''}${percent(disk.usedShare)} of ${oneLine(disk.path)}`,
    ),
    cell('wear', wear === undefined ? undefined : wear > 1 ? 'over' : `${Math.round(wear * 100)} %`),
    cell('uptime', uptimeSeconds === undefined ? undefined : formatUptime(uptimeSeconds)),
    reached ? cell('throttled', throttledText(board)) : { text: 'not reached', style: palette.red },
  ]
}

function throttledText({ throttled }: BoardReading): string | undefined {
  if (throttled === undefined) return undefined
  const { now, sinceBoot } = throttled
  if (now.length > 0) return now.join(', ')
  return sinceBoot.length > 0 ? `was: ${sinceBoot.join(', ')}` : 'no'
}

/** Not known is not well: who does not tell what. */
function unknownLine(boards: readonly BoardReading[]): string | undefined {
  const reached = boards.filter((board) => board.reached)
  const measures = [...new Set(reached.flatMap(({ unknown }) => unknown))]
  if (measures.length === 0) return undefined
  const parts = measures.map((measure) => {
    const who = reached.filter(({ unknown }) => unknown.includes(measure)).map(({ node }) => node)
    return `${measure} by ${who.length === reached.length && who.length > 1 ? `all ${who.length}` : listed(who)}`
  })
  return `${DASH} is not told, so not known: ${parts.join('; ')}`
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
