/** What is to be on the list of owned things about parts of a thing, before the thing is changed. */
import { claimed } from './carry-out.ts'
import type { Owned, OwnedThing } from './owned.ts'
import type { Step } from './step.ts'

/**
 * Like {@link claimed}, with which parts are to be ours and what they are to say: of a thing that others have parts in, a run that was cut off
 * must not forget which it has written. Undefined when it is all there.
 */
export function claimedWithParts<Api>(
  owned: Owned,
  steps: readonly Step<Api>[],
): Owned['things'] | undefined {
  const things: Record<string, OwnedThing> = { ...(claimed(owned, steps) ?? owned.things) }
  for (const { claims, difference } of steps) {
    const thing = things[difference.address]
    if (claims !== undefined && thing !== undefined) things[difference.address] = { ...thing, ...claims }
  }
  const isAllThere = Object.entries(things).every(
    ([address, thing]) => JSON.stringify(owned.things[address]) === JSON.stringify(thing),
  )
  return isAllThere ? undefined : things
}
