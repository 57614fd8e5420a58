/** Knows where in the cluster file every key and value stands. */
import type { FilePlace } from '../diagnostics/diagnostic.ts'

/** The way from the top of the file to a value: keys of maps, indexes of lists. */
export type KeyPath = readonly (string | number)[]

/** Finds places by path. A path that is not in the file (a default) gives the place of its nearest parent. */
export interface Positions {
  /** Place of the value; of its key where the value goes over several lines. */
  of(path: KeyPath): FilePlace
  /** Place of the key that introduces the value. */
  ofKey(path: KeyPath): FilePlace
}

/** `nodes.hammond.has[0]`; the empty path is "the cluster file". */
export function keyPathText(path: KeyPath): string {
  const text = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
  return text === '' ? 'the cluster file' : text.replace(/^\./, '')
}

/** Positions of a file that has none, such as a typed cluster file: always its first line, with the path as text. */
export function positionsWithoutLines(file: string): Positions {
  const of = (path: KeyPath): FilePlace => ({
    file,
    line: 1,
    column: 1,
    length: 0,
    ...(path.length > 0 && { key: keyPathText(path) }),
  })
  return { of, ofKey: of }
}
