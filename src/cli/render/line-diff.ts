/** The difference of two texts, line by line, as a plan shows it. */
import { structuredPatch } from 'diff'
import { visible } from '../../diagnostics/source-line.ts'
import type { Palette } from '../../diagnostics/palette.ts'
import { counted } from './counts.ts'

/** Lines around a change that show where it is. */
const CONTEXT = 3
/** Texts that differ in more lines than this are not compared line by line: it would take long and help nobody. */
const MOST_CHANGES = 2000

/** The lines of a unified diff: `@@ line 12`, then context, `-` and `+` lines. */
export function lineDiff(is: string, wanted: string, palette: Palette): string[] {
  const patch = structuredPatch('', '', is, wanted, undefined, undefined, {
    context: CONTEXT,
    maxEditLength: MOST_CHANGES,
  })
  if (patch === undefined) {
    return [`rewritten: ${counted(countLines(is), 'line')} → ${counted(countLines(wanted), 'line')}`]
  }
  return patch.hunks.flatMap((hunk) => [
    palette.cyan(`@@ line ${Math.max(1, hunk.newStart)}`),
    ...hunk.lines.map((line) => coloured(line, palette)),
  ])
}

/** A text that is new as a whole, every line with a `+`; longer ones are cut unless `full`. */
export function newLines(text: string, palette: Palette, most: number): string[] {
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  const shown = lines.length > most + 1 ? lines.slice(0, most) : lines
  const rest = lines.length - shown.length
  return [
    ...shown.map((line) => coloured(`+${line}`, palette)),
    ...(rest > 0 ? [palette.dim(`  … ${counted(rest, 'more line')} (--full shows them)`)] : []),
  ]
}

function coloured(line: string, palette: Palette): string {
  const sign = line[0] ?? ' '
  const shown = `${sign} ${shownLine(line.slice(1))}`
  if (sign === '+') return palette.green(shown)
  if (sign === '-') return palette.red(shown)
  return sign === '\\' ? palette.dim(line) : shown
}

/** Tabs are common in files and harmless; everything else that a terminal obeys is shown as a picture. */
function shownLine(line: string): string {
  return line.split('\t').map(visible).join('\t')
}

/** Lines of a text; a line feed at the end begins no further one. */
export function countLines(text: string): number {
  return text.split('\n').length - (text.endsWith('\n') ? 1 : 0)
}
