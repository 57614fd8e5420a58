/** What links ride on. */
import type { Session } from './session.ts'

/** A link's own `ssh`, which speaks to the connection that carries it. */
export interface LinkProcess {
  kill(signal: 'SIGTERM'): unknown
}

/** A connection that carries links. */
export interface Carrier {
  readonly session: Session
  /** Words for an `ssh` that rides on it, and on nothing else. */
  readonly words: readonly string[]
  /** Where its control socket is. */
  readonly path: string
  /** Sockets of this computer that lead to sockets of the node, by the path there. */
  readonly sockets: Map<string, Promise<string>>
  /** Ours alone: ended when no link used it for a while. */
  readonly own: boolean
  users: number
  idle?: NodeJS.Timeout
}
