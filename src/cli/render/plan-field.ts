/** One field of a resource in a plan: `mode: 0644 → 0600`, or the line diff of a text. */
import type { Palette } from '../../diagnostics/palette.ts'
import type { Difference } from '../../events/event.ts'
import { visible } from '../../diagnostics/source-line.ts'
import { lineDiff, newLines } from './line-diff.ts'
import type { Action } from './sign.ts'

/** So many lines of a new text are shown. */
const NEW_LINES = 12
const INDENT = '      '
/** Stands for a value that must not show, or is too long to be told. */
const HIDDEN = '(secret)'

/** The lines of one field, indented. */
export function renderTextField(
  action: Action,
  { field, is, wanted }: Difference,
  { palette, full = false }: { readonly palette: Palette; readonly full?: boolean },
): string[] {
  const name = `${INDENT}${visible(field)}`
  if (isText(field, is, wanted)) {
    const lines =
      is !== undefined && wanted !== undefined
        ? lineDiff(is, wanted, palette)
        : wanted !== undefined
          ? newLines(wanted, palette, full ? Infinity : NEW_LINES)
          : [palette.red(`- ${is?.split('\n').length ?? 0} lines`)]
    return [`${name}:`, ...lines.map((line) => `${INDENT}  ${line}`)]
  }
  const before = is === undefined ? undefined : shown(is)
  const after = wanted === undefined ? undefined : shown(wanted)
  if (before === undefined && after === undefined) return [`${name}: ${palette.dim(HIDDEN)}`]
  if (action === 'create') return [`${name}: ${after ?? before}`]
  return [`${name}: ${before ?? palette.dim('(none)')} → ${after ?? palette.dim('(none)')}`]
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
