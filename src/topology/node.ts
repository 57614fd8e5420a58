/** A node of the cluster and its board, as roles, engines, plan and pages see them. */

/** What is known of a node's board, from the cluster file or from its facts. */
export interface BoardFacts {
  /** Model id of the hardware table, for instance `pi4`; `pc` for anything else. */
  readonly model: string
  readonly memoryBytes: number
  /** Instruction set: armv6, armv7, arm64 or amd64. */
  readonly architecture: string
  /** What is plugged in. */
  readonly has: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** A node after resolve. */
export interface ClusterNode {
  readonly name: string
  /** The name with the cluster's domain behind it. */
  readonly fqdn: string
  /**
   * Instruction set of the system that runs on it: what programs for it must be built for. In the lab it is this
   * computer's, while `board.architecture` is the one of the board that the node stands for.
   */
  readonly architecture: string
  /** Address by which the other nodes reach it: an IP, or a name when the cluster file only has that. */
  readonly address: string
  /** What it stands behind: a node, or a computer that the controller jumps through. Others reach it only when it has called them. */
  readonly via?: string
  /** The node of the cluster that it is reached through, also in the lab. */
  readonly reachedThrough?: string
  /** MAC address of a network port, as the cluster file has it. */
  readonly mac?: string
  /** Port of its SSH server, where the controller comes in. */
  readonly sshPort: number
  readonly board: BoardFacts
  /** A node of the lab in namespaces: kernel and clock are those of the computer around it, and not its own to set. */
  readonly sharesKernel: boolean
  /** Who logs in to it: the node's own user, else that of `access`. */
  readonly user: string
  /** Facts of the last contact, by key, as the cluster lock keeps them. */
  readonly facts: Readonly<Record<string, string>>
  /** Names of the roles on this node. */
  readonly roles: readonly string[]
}
