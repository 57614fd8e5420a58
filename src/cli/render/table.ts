/** Lays out rows in columns, with as many blanks between them as it takes. */
import { clip, padFrom, padTo, widthOf } from './columns.ts'

/** How one column of a table looks. */
export interface Column {
  readonly title: string
  /** Numbers stand at the right; text, the rule, at the left. */
  readonly align?: 'right'
}

/** One field: plain text, with the colour that is put around it once it is laid out. */
export interface Cell {
  readonly text: string
  readonly style?: (text: string) => string
}

const GAP = '  '

/**
 * The lines of a table. A column without any text is left out. Rows that are wider than `columns` lose the end of
 * their last column, which is where free text belongs.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: { readonly width?: number; readonly titleStyle?: (text: string) => string } = {},
): string[] {
  const used = columns.flatMap((column, index) =>
    rows.some((row) => (row[index]?.text ?? '') !== '') ? [{ column, index }] : [],
  )
  const titleStyle = options.titleStyle ?? ((text: string): string => text)
  const table = [columns.map(({ title }): Cell => ({ text: title, style: titleStyle })), ...rows]
  const widths = used.map(({ index }) => Math.max(...table.map((row) => widthOf(row[index]?.text ?? ''))))
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
