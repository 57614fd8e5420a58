/** Values that a role gives out once, and that the cluster lock keeps: an address on a mesh, a slot, a number. */

/** What a role gives out. */
export interface Allocation {
  /** By what the cluster lock keeps it; the name of the role and `/` before it. */
  readonly name: string
  /** What one of them is called in sentences, such as "address on the mesh". */
  readonly what: string
  /** Who gets one: names of nodes, mostly. */
  readonly holders: readonly string[]
  /** The values that there are, in the order in which they are given out. */
  values(): Iterable<string>
  /** Is a value that was given out before still one of them? */
  has(value: string): boolean
  /** Option of the role that says which values there are. */
  readonly option?: string
}

/** What was given out, by holder. */
export type Allocated = Readonly<Record<string, string>>

/** The outcome of giving out. */
export interface AllocationOutcome {
  readonly allocated: Allocated
  /** Holders for whom no value was left. */
  readonly without: readonly string[]
  /** Pairs that have the same value, which a lock can say that was put together by hand. */
  readonly twice: readonly { readonly value: string; readonly holders: readonly [string, string] }[]
}

/**
 * Gives everybody a value and takes none away: who has one keeps it, whoever came or left since. What was given to somebody who is `remembered`
 * is given to nobody else.
 */
export function allocate(
  { holders, values, has }: Pick<Allocation, 'holders' | 'values' | 'has'>,
  before: Allocated,
  isRemembered: (holder: string) => boolean,
): AllocationOutcome {
  const wanted = new Set(holders)
  const allocated: Record<string, string> = {}
  const owners = new Map<string, string>()
  const twice: { value: string; holders: [string, string] }[] = []
  for (const [holder, value] of Object.entries(before)) {
    if (!has(value) || !(wanted.has(holder) || isRemembered(holder))) continue
    const owner = owners.get(value)
    if (owner !== undefined) twice.push({ value, holders: [owner, holder] })
    owners.set(value, owner ?? holder)
    allocated[holder] = value
  }
  const waiting = holders.filter((holder) => allocated[holder] === undefined)
  let next = 0
  for (const value of waiting.length === 0 ? [] : values()) {
    if (owners.has(value)) continue
    const holder = waiting[next++]
    if (holder === undefined) break
    allocated[holder] = value
    if (next === waiting.length) break
  }
  return { allocated, without: waiting.slice(next), twice }
}
