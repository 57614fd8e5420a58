/** The line on every node that says whose turn it is in a run of updates. */

/** Where it stands. */
export const TURN_FILE = '/var/lib/bramble/update-turn'

/** A turn as it is written. */
export interface HeldTurn {
  readonly node: string
  /** Boot id of the node when its turn began. */
  readonly boot: string
  /** Seconds since 1970, by the clock of the controller that gave it. */
  readonly since: number
}

/** Reads the line; undefined for anything else. */
export function turnIn(line: string): HeldTurn | undefined {
  const [, node, boot, since] = /^(\S+) (\S+) (\d{1,12})$/.exec(line.trim()) ?? []
  return node === undefined || boot === undefined ? undefined : { node, boot, since: Number(since) }
}

/** The line. */
export function turnLine({ node, boot, since }: HeldTurn): string {
  return `${node} ${boot} ${since}`
}
