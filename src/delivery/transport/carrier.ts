/** What links ride on. */
import type { ForwardTarget } from './control-socket.ts'
import type { Session } from './session.ts'

/** What a link is ended by: an `ssh` of its own, or a socket. */
export interface LinkProcess {
  /** Gives a promise where its end can be waited for, which comes for certain then. */
  kill(signal: 'SIGTERM'): unknown
}

/** How a connection is told what else it is to carry. */
export interface Control {
  /** Where its control socket is. */
  readonly path: string
  /** How the paths of sockets begin that lead to the node. */
  readonly forwardsAt: string
  /** It outlives our session, so we take back what we have told it. */
  readonly isKept: boolean
}

/** A session with the connection that it has begun. */
export interface Started {
  readonly session: Session
  readonly control: Control
}

/** A connection that carries links. */
export interface Carrier extends Control {
  readonly session: Session
  /** Words for an `ssh` that rides on it, and on nothing else. */
  readonly words: readonly string[]
  /** Sockets of this computer that lead to ports and sockets of the node. */
  readonly forwards: Map<string, Promise<{ readonly path: string; readonly to: ForwardTarget }>>
  /** Ours alone: ended when no link used it for a while. */
  readonly own: boolean
  users: number
  idle?: NodeJS.Timeout
}
