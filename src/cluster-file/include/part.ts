/** A file of the cluster file: the one that is named, or one that it includes. */
import type { Positions } from '../positions.ts'

/** One file as it is written. */
export interface Part {
  readonly path: string
  readonly text: string
  readonly value: unknown
  readonly positions: Positions
}

/** Texts that files are about to have, by their paths, in place of those that they have. */
export type Texts = ReadonlyMap<string, string>

/** A map of YAML. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
