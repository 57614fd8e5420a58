/** Lays out rows in columns, with as many blanks between them as it takes. */
import { clip, padFrom, padTo, widthOf } from './columns.ts'

/** How one column of a table looks. */
export interface Column {
  readonly title: string
  /** Numbers stand at the right; text, the rule, at the left. */
  readonly align?: 'right'
  /** Where there is not enough room the column with the lowest number goes first; one without a number never does. */
  readonly spare?: number
}

/** One field: plain text, with the colour that is put around it once it is laid out. */
export interface Cell {
  readonly text: string
  readonly style?: (text: string) => string
}

const GAP = '  '

/**
 * The lines of a table. A column without any text is left out, and what can be spared where there is not enough room. Rows that are still
 * wider lose the end of their last column, which is where free text belongs.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: { readonly width?: number; readonly titleStyle?: (text: string) => string } = {},
): string[] {
  const titleStyle = options.titleStyle ?? ((text: string): string => text)
  const table = [columns.map(({ title }): Cell => ({ text: title, style: titleStyle })), ...rows]
  const filled = columns.flatMap((column, index) =>
    rows.some((row) => (row[index]?.text ?? '') !== '')
      ? [{ column, index, width: Math.max(...table.map((row) => widthOf(row[index]?.text ?? ''))) }]
      : [],
  )
  const used = withoutSpare(filled, options.width ?? Infinity)
  const widths = used.map(({ width }) => width)
  return table.map((row) => {
    let left = options.width ?? Infinity
    const cells = used.map(({ column, index }, place) => {
      const { text, style } = row[index] ?? { text: '' }
      const last = place === used.length - 1
      const pad = column.align === 'right' ? padFrom : last ? (value: string): string => value : padTo
      const shown = clip(pad(text, widths[place] ?? 0), left)
      left -= widthOf(shown) + GAP.length
      return style ? style(shown) : shown
    })
    return cells.join(GAP).trimEnd()
  })
}

interface Laid {
  readonly column: Column
  readonly width: number
}

/** Leaves out columns, those that can be spared best first, until the rest has room. */
function withoutSpare<Item extends Laid>(items: readonly Item[], room: number): readonly Item[] {
  const needed = items.reduce((sum, { width }) => sum + width + GAP.length, -GAP.length)
  const spares = items.flatMap(({ column }) => column.spare ?? [])
  if (needed <= room || spares.length === 0) return items
  const first = Math.min(...spares)
  return withoutSpare(
    items.filter(({ column }) => column.spare !== first),
    room,
  )
}
