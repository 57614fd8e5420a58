/**
 * A store as a list of steps with an owner: each is one change from what an engine holds to what it is to hold, planned, made and undone
 * alike. `Api` is how that engine is asked.
 */
import { Refused } from './reply.ts'
import { sha256 } from '../../support/sha256.ts'
import type { ClusterDifference, Handover, Patience, Unseen } from '../contract.ts'
import type { Owned, OwnedThing } from './owned.ts'

/** What a step may use beside the engine. */
export interface StepAid extends Partial<Patience> {
  /** See {@link Handover.keep}; left out where nothing is offered. */
  readonly keep?: Handover['keep'] | undefined
}

/** One change, with what it takes to plan, make and undo it. */
export interface Step<Api> {
  readonly difference: ClusterDifference
  /** Earlier stages are done before later ones begin: a token needs its policies. */
  readonly stage: number
  /** Done before the nodes change: all of it, or as much as this does. The rest is done, and told of, when its turn comes. Rejects with {@link Refused}. */
  readonly early?: true | ((api: Api) => Promise<void>)
  /** What was there before the first change, for the list of what is owned; left out where nothing is ever removed. */
  readonly before?: OwnedThing['before']
  /** What else is to be on that list before the change is made, for one that is cut off. */
  readonly claims?: Omit<OwnedThing, 'before'>
  /** What is owned no longer once it is done, where that is not what the difference is about: the old name of a thing. */
  readonly forgets?: string
  /**
   * It is done only when the engine was seen to come to a good end with it: until then nothing of what was wanted is remembered, so that the next
   * run looks again after one that was cut off.
   */
  readonly awaited?: true
  /** Makes the change. Gives what to remember of it; nothing after a removal. Rejects with {@link Refused}. */
  run(api: Api, aid?: StepAid): Promise<Omit<OwnedThing, 'before'> | undefined>
}

/** One sort of thing that an engine holds. */
export interface Shelf<Api> {
  /** What the addresses of its things begin with, such as `consul-kv`. */
  readonly kind: string
  /**
   * The changes that are needed, in a stable order, and what could not be looked at. Without an API there is no engine yet: all is to be
   * made. Rejects with {@link Refused} when none of its things can be looked at.
   */
  steps(api: Api | undefined, owned: Owned): Promise<readonly Found<Api>[]>
}

/** What a look at one thing brought, when it is not as wanted. */
export type Found<Api> = Step<Api> | Unseen

/** Tells the two apart. */
export function isStep<Api>(found: Found<Api>): found is Step<Api> {
  return 'difference' in found
}

/** The other way round. */
export function isUnseen<Api>(found: Found<Api>): found is Unseen {
  return !isStep(found)
}

/** A step that is told and never made, because it would take away or change what is not ours to decide about. */
export function refusedStep<Api>(stage: number, difference: ClusterDifference): Step<Api> {
  const { address, reason } = difference
  return {
    stage,
    difference,
    run: () => Promise.reject(new Refused(address, { status: 0, problem: reason })),
  }
}

/** Looks at one thing; what an engine refuses to show is told and keeps nobody from looking at the others. */
export async function lookedAt<Seen>(address: string, look: () => Promise<Seen>): Promise<Seen | Unseen> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { address, problem: error.message }
  }
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
