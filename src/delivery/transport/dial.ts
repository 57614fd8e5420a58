/** How a node is reached: what is known of its address, its user and the way there. */

/** One node as OpenSSH is to reach it. */
export interface Dial {
  readonly node: string
  /** Name or IP address. */
  readonly host: string
  readonly port: number
  readonly user: string
  /** Key of the cluster file that says so, for messages. */
  readonly userKey?: string
  /** Name of the node that is the jump, or a jump of its own: `[user@]host[:port]`. */
  readonly via?: string
  /** Private key; without one, what the user's own configuration and agent offer. */
  readonly identityFile?: string
  /** How `user` becomes root; `none` when it is root. */
  readonly sudo: 'none' | 'nopasswd' | 'password'
}

/** How a {@link Transport} is opened. */
export interface TransportOptions {
  /** The cluster's own folder for generated configuration; made with mode 0700 when it is not there. */
  readonly folder: string
  /** Where the nodes' host keys are pinned: one file a cluster, kept in git. */
  readonly knownHostsFile: string
  readonly dials: readonly Dial[]
  /** For the TCP connection and the key exchange of each hop; 10 when left out. */
  readonly connectTimeoutSeconds?: number
  /** Asked at most once for each node, when sudo there wants it; undefined when nobody knows it. */
  readonly sudoPassword?: (node: string) => Promise<string | undefined>
  /** Read `~/.ssh/config` below our own settings and use the agent; true when left out. */
  readonly userConfig?: boolean
  /** Prefer the key exchange that costs the least processor time. */
  readonly fastKeyExchange?: boolean
  /** How long connections are kept for the next run after the last one has used them, in seconds; left out or 0: not at all. */
  readonly keepSeconds?: number
}

/** A jump that is no node: `[user@]host[:port]`, an IPv6 address in brackets. */
export interface LiteralJump {
  readonly user?: string
  readonly host: string
  readonly port?: number
}

/** Takes `[user@]host[:port]` apart; undefined when it is not of that form. */
export function parseJump(text: string): LiteralJump | undefined {
  const match = /^(?:([^@\s]+)@)?(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text)
  if (!match?.[2]) return undefined
  return {
    ...(match[1] !== undefined && { user: match[1] }),
    host: match[2].replace(/^\[|\]$/g, ''),
    ...(match[3] !== undefined && { port: Number(match[3]) }),
  }
}

/** Number of connections in a row that lead to a node: 1 without a jump. A loop ends the count. */
export function hopsOf(dials: ReadonlyMap<string, Dial>, node: string): number {
  const seen = new Set<string>()
  let next: string | undefined = node
  while (next !== undefined && !seen.has(next)) {
    seen.add(next)
    next = dials.get(next)?.via
  }
  return seen.size
}
