/** One field of a resource in a plan: `mode: 0644 → 0600`, or the line diff of a text. */
import type { Palette } from '../../diagnostics/palette.ts'
import type { Difference } from '../../events/event.ts'
import { visible } from '../../diagnostics/source-line.ts'
import { formatBytes } from './bytes.ts'
import { counted } from './counts.ts'
import { countLines, lineDiff, newLines } from './line-diff.ts'
import type { Action } from './sign.ts'

/** So many lines of a new text are shown. */
const NEW_LINES = 12
const INDENT = '      '

/** The lines of one field, indented. */
export function renderTextField(
  action: Action,
  difference: Difference,
  options: { readonly palette: Palette; readonly full?: boolean },
): string[] {
  const { field, is, wanted } = difference
  const name = `${INDENT}${visible(field)}`
  if (isText(field, is, wanted)) {
    return [`${name}:`, ...textLines(is, wanted, options).map((line) => `${INDENT}  ${line}`)]
  }
  const { dim } = options.palette
  if (is === undefined && wanted === undefined) return [`${name}: ${dim(hiddenText(difference))}`]
  if (action === 'create') return [`${name}: ${shown(wanted ?? is ?? '')}`]
  const [before, after] = [is, wanted].map((value) => (value === undefined ? dim('(none)') : shown(value)))
  return [`${name}: ${before} → ${after}`]
}

/** Stands for a value that must not show, or cannot be shown. */
function hiddenText({ hidden = 'secret', wantedBytes }: Difference): string {
  if (hidden === 'secret') return '(secret)'
  const why = hidden === 'too long' ? 'too long to show' : 'no text'
  return wantedBytes === undefined ? `(${why})` : `(${why}: ${formatBytes(wantedBytes)} wanted)`
}

function textLines(
  is: string | undefined,
  wanted: string | undefined,
  { palette, full = false }: { readonly palette: Palette; readonly full?: boolean },
): string[] {
  if (wanted === undefined) return [palette.red(`- ${counted(countLines(is ?? ''), 'line')}`)]
  return is === undefined
    ? newLines(wanted, palette, full ? Infinity : NEW_LINES)
    : lineDiff(is, wanted, palette)
}

/** Contents of files, and whatever else has more than one line. */
function isText(field: string, is: string | undefined, wanted: string | undefined): boolean {
  if (is === undefined && wanted === undefined) return false
  return field === 'content' || (is ?? '').includes('\n') || (wanted ?? '').includes('\n')
}

/** An empty value would look like none at all. */
function shown(value: string): string {
  return value === '' ? '""' : visible(value)
}
