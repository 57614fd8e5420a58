/** What a lab is asked to be, and what it says of itself. */

/** The board that a virtual node stands for. */
export interface LabBoard {
  readonly model: string
  readonly serial: string
  readonly memoryBytes: number
  /** Declared, for instance `armv6`; the node itself runs on the computer's own. */
  readonly architecture: string
  readonly has: readonly string[]
}

/** One virtual node that is wanted. */
export interface LabNodeSpec {
  readonly name: string
  readonly board: LabBoard
  /** Its login user, where that is not the one of the lab. */
  readonly user?: string
  /** To be made as an emulated machine with a kernel of its own; left out, it is what it was made as, and at first in namespaces. */
  readonly emulated?: boolean
}

/** A whole lab that is wanted. */
export interface LabSpec {
  /** Name of the cluster: DNS label. */
  readonly cluster: string
  /** Folder of the cluster file, absolute: together with the name it identifies the lab (two checkouts must not clash). */
  readonly folder: string
  readonly nodes: readonly LabNodeSpec[]
  /** Login user made in every node, with sudo without a password, like Raspberry Pi OS's first user. */
  readonly user: string
  /** Public keys, OpenSSH lines, that may log in as that user. */
  readonly authorizedKeys: readonly string[]
  /** Debian release of the base. */
  readonly release?: LabRelease
  /** Do not enforce the boards' memory as hard limits (share the computer's). */
  readonly shareMemory?: boolean
}

/** Debian releases that a node can be made of. */
export type LabRelease = 'trixie' | 'bookworm'

/** What tells one lab from another. */
export interface LabIdentity {
  readonly cluster: string
  readonly folder: string
}

/** How a virtual node is right now. */
export interface LabNodeState {
  readonly name: string
  /** IPv4. */
  readonly address: string
  readonly running: boolean
  /** Its cable is pulled. */
  readonly cut: boolean
  /** A machine with a kernel of its own. */
  readonly emulated?: true
  /** The node's first process, as this computer numbers it; an emulated node has none here. */
  readonly pid?: number
  readonly memoryLimitBytes?: number
}

/** Told what a lab is at; for progress, never for decisions. */
export type LabProgress = (message: { node?: string; text: string }) => void
