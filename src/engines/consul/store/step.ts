/** What the parts of the store have in common: a step from what Consul holds to what it is to hold. */
import { sha256 } from '../../../support/sha256.ts'
import type { ClusterDifference, Unseen } from '../../contract.ts'
import type { ConsulApi, Reply } from '../api.ts'
import type { Owned, OwnedThing } from './owned.ts'

/** One change, with what it takes to plan, make and undo it. */
export interface Step {
  readonly difference: ClusterDifference
  /** Earlier stages are done before later ones begin: a token needs its policies. */
  readonly stage: number
  /** Done before the nodes change. */
  readonly early?: boolean
  /** What was there before the first change, for the list of what is owned; left out where nothing is ever removed. */
  readonly before?: OwnedThing['before']
  /** Makes the change. Gives what to remember of it; nothing after a removal. Rejects with {@link Refused}. */
  run(api: ConsulApi): Promise<Omit<OwnedThing, 'before'> | undefined>
}

/** One sort of thing that Consul holds. */
export interface Shelf {
  /** What the addresses of its things begin with, such as `consul-kv`. */
  readonly kind: string
  /**
   * The changes that are needed, in a stable order, and what could not be looked at. Without an API there is no Consul yet: all is to be
   * made. Rejects with {@link Refused} when none of its things can be looked at.
   */
  steps(api: ConsulApi | undefined, owned: Owned): Promise<readonly Found[]>
}

/** What a look at one thing brought, when it is not as wanted. */
export type Found = Step | Unseen

/** Tells the two apart. */
export function isStep(found: Found): found is Step {
  return 'difference' in found
}

/** The other way round. */
export function isUnseen(found: Found): found is Unseen {
  return !isStep(found)
}

/** Looks at one thing; what Consul refuses to show is told and keeps nobody from looking at the others. */
export async function lookedAt<Seen extends Found | undefined>(
  address: string,
  look: () => Promise<Seen>,
): Promise<Seen | Unseen> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { address, problem: error.message }
  }
}

/** Consul did not do what it was asked; the message is what it said. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number

  constructor(what: string, reply: { readonly status: number; readonly problem: string }) {
    super(`${what}: ${reply.problem}`)
    this.status = reply.status
  }
}

/** The value of a reply, or {@link Refused}. */
export function granted<Value>(what: string, reply: Reply<Value>): Value {
  if (!reply.ok) throw new Refused(what, reply)
  return reply.value
}

/** Like {@link granted}, but nothing when Consul says that there is no such thing. */
export function grantedOrMissing<Value>(what: string, reply: Reply<Value>): Value | undefined {
  return !reply.ok && reply.status === 404 ? undefined : granted(what, reply)
}

/** Fingerprint of what is wanted; does not give away a secret, because tokens are random. */
export function fingerprint(...parts: readonly (string | readonly string[])[]): string {
  return sha256(JSON.stringify(parts)).slice(0, 32)
}

/** Does one thing after another for each item, a few at a time, in order. */
export async function inBatches<Item>(
  items: readonly Item[],
  size: number,
  act: (item: Item) => Promise<void>,
): Promise<void> {
  for (let start = 0; start < items.length; start += size) {
    await Promise.all(items.slice(start, start + size).map(act))
  }
}
