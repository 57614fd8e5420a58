/** What is told to the user about a mistake or a risk: plain data, collected and rendered, never thrown. */

/** A stretch of one line in a file that the user wrote. */
export interface FilePlace {
  /** Path as the user would type it. */
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  /** Counted from 1, in UTF-16 units. */
  readonly column: number
  /** In UTF-16 units, all on `line`; 0 when only the line is known. */
  readonly length: number
  /** The key, such as `nodes.hammond.address`, where a file has no positions of its own (a `cluster.ts`). */
  readonly key?: string
}

/** A node, or one resource on it. */
export interface NodePlace {
  readonly node: string
  /** Address of the resource, such as `hammond/file:/etc/hosts`. */
  readonly address?: string
  /** Where in the cluster file the resource comes from. */
  readonly cause?: FilePlace
}

/** What a diagnostic points at. */
export type Place = FilePlace | NodePlace

/** Tells the two sorts of place apart. */
export function isFilePlace(place: Place): place is FilePlace {
  return 'file' in place
}

/** A second place that a diagnostic is about, such as the other one of two things that clash. */
export interface Related {
  readonly place: Place
  /** A few words, such as the name of the other node. */
  readonly note?: string
}

/** An error stops the run before any node is touched; a warning does not. */
export type Severity = 'error' | 'warning'

/**
 * One mistake or risk.
 *
 * @example
 * error ROLE_NEEDS_ODD_COUNT: consul-server runs on 2 nodes
 *   cluster.yaml:14:5
 *   why  two servers cannot elect a leader when one is lost
 *   fix  add a third node with this role, or keep it on one
 */
export interface Diagnostic {
  /** Stable, never reused: an entry of the catalogue. */
  readonly code: string
  readonly severity: Severity
  /** The fact: at most 80 characters where names allow it, no advice, no trailing full stop. */
  readonly summary: string
  readonly where?: Place
  readonly also?: readonly Related[]
  /** The consequence in the cluster. */
  readonly why: string
  /** What to type. */
  readonly fix: string
  /** The last lines that a failing program printed, at most 20. */
  readonly output?: readonly string[]
}
