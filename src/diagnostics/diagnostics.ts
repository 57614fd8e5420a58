/** Collects diagnostics from everywhere and hands them out once each, in one stable order. */
import { isFilePlace } from './diagnostic.ts'
import type { Diagnostic, Place } from './diagnostic.ts'

/** A collector: every check adds to it, so that all mistakes are told at once. */
export class Diagnostics {
  readonly #found: Diagnostic[] = []

  /** Adds diagnostics; the same one twice is kept once. */
  add(...diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) this.#found.push(diagnostic)
  }

  /** True as soon as one error, not only warnings, was added. */
  get hasErrors(): boolean {
    return this.#found.some(({ severity }) => severity === 'error')
  }

  /** All of them without repetitions: in the order of the file, then by node, then those without a place. */
  sorted(): readonly Diagnostic[] {
    return sortDiagnostics(this.#found)
  }
}

/** Puts diagnostics into the order in which they are shown, and leaves out repetitions. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const unique = new Map(diagnostics.map((diagnostic) => [JSON.stringify(diagnostic), diagnostic]))
  return [...unique.values()].toSorted(
    (a, b) =>
      comparePlaces(a.where, b.where) || compareText(a.code, b.code) || compareText(a.summary, b.summary),
  )
}

/** Sorts by file, line and column; files before nodes, nodes before nothing. */
function comparePlaces(a: Place | undefined, b: Place | undefined): number {
  const rank = placeRank(a) - placeRank(b)
  if (rank !== 0 || a === undefined || b === undefined) return rank
  if (isFilePlace(a) && isFilePlace(b)) {
    return (
      compareText(a.file, b.file) ||
      a.line - b.line ||
      a.column - b.column ||
      compareText(a.key ?? '', b.key ?? '')
    )
  }
  if (isFilePlace(a) || isFilePlace(b)) return 0
  return compareText(a.node, b.node) || compareText(a.address ?? '', b.address ?? '')
}

function placeRank(place: Place | undefined): number {
  if (place === undefined) return 2
  return isFilePlace(place) ? 0 : 1
}

/** By code units: the same on every computer, whatever its locale. */
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
