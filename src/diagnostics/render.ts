/** Turns diagnostics into text: for people, for line-based programs and as JSON, all from the same data. */
import { isFilePlace } from './diagnostic.ts'
import type { Diagnostic, FilePlace, Place, Related } from './diagnostic.ts'
import { NO_COLOURS } from './palette.ts'
import type { Palette } from './palette.ts'
import { quoteLine, visible } from './source-line.ts'

/** What the human rendering needs beside the diagnostics. */
export interface HumanOptions {
  /** The text of a file, to quote the faulty line; undefined when it cannot be read. */
  readonly source?: (file: string) => string | undefined
  /** No colours when left out. */
  readonly palette?: Palette
}

/** For people: one block a diagnostic, with the faulty line, separated by empty lines. Ends with a newline if not empty. */
export function renderHuman(diagnostics: readonly Diagnostic[], options: HumanOptions = {}): string {
  return diagnostics.map((diagnostic) => `${block(diagnostic, options).join('\n')}\n`).join('\n')
}

/** For line-based programs and logs: one line a diagnostic, `file:line:column: error CODE: summary; why; fix: …`. */
export function renderPlain(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((diagnostic) => `${plainLine(diagnostic)}\n`).join('')
}

/** For programs: one JSON object a line, `{"type":"diagnostic",…}` with the fields of {@link Diagnostic}. */
export function renderJson(diagnostics: readonly Diagnostic[]): string {
  return diagnostics
    .map((diagnostic) => `${JSON.stringify({ type: 'diagnostic', ...diagnostic })}\n`)
    .join('')
}

/** A place as one short text: `cluster.yaml:14:5`, `cluster.ts nodes.hammond.address` or `hammond/file:/etc/hosts`. */
export function renderPlace(place: Place): string {
  if (isFilePlace(place)) {
    return visible(
      place.key === undefined ? `${place.file}:${place.line}:${place.column}` : `${place.file} ${place.key}`,
    )
  }
  const from = place.cause ? ` (${renderPlace(place.cause)})` : ''
  return visible(place.address ?? place.node) + from
}

function block(diagnostic: Diagnostic, { source, palette = NO_COLOURS }: HumanOptions): string[] {
  const { severity, code, summary, where, also = [], why, fix, output = [] } = diagnostic
  const colour = severity === 'error' ? palette.red : palette.yellow
  const file = where && (isFilePlace(where) ? where : where.cause)
  return [
    `${colour(severity)} ${palette.bold(code)}: ${visible(summary)}`,
    ...(where ? [`  ${palette.cyan(renderPlace(where))}`] : []),
    ...(file ? quoted(file, source, palette, colour) : []),
    ...output.map((line) => `  ${palette.dim('|')} ${visible(line)}`),
    ...labelled('why', why, palette),
    ...labelled('fix', fix, palette),
    ...also.flatMap((related) => labelled('also', relatedText(related), palette)),
  ]
}

function quoted(
  place: FilePlace,
  source: HumanOptions['source'],
  palette: Palette,
  colour: (text: string) => string,
): string[] {
  const text = place.key === undefined ? source?.(place.file) : undefined
  const line = text?.split('\n', place.line)[place.line - 1]
  if (line === undefined || line.trim() === '') return []
  const { text: shown, marker } = quoteLine(line.replace(/\r$/, ''), place)
  const gutter = String(place.line)
  return [
    `  ${palette.dim(`${gutter} |`)} ${shown}`,
    `  ${palette.dim(`${' '.repeat(gutter.length)} |`)} ${marker.replace(/\^+/, colour)}`,
  ]
}

function labelled(label: string, text: string, palette: Palette): string[] {
  const [first = '', ...rest] = text.split('\n').map(visible)
  return [`  ${palette.dim(label.padEnd(4))} ${first}`, ...rest.map((line) => `       ${line}`)]
}

function relatedText({ place, note }: Related): string {
  return note === undefined ? renderPlace(place) : `${renderPlace(place)} (${note})`
}

function plainLine({ severity, code, summary, where, also = [], why, fix }: Diagnostic): string {
  const place = where ? `${renderPlace(where)}: ` : ''
  const others = also.map((related) => `; also ${relatedText(related)}`).join('')
  return visible(
    `${place}${severity} ${code}: ${summary}; ${why}; fix: ${fix.replaceAll('\n', ' ')}${others}`,
  )
}
