/** Looks at all shelves of an engine, and carries their steps out one stage after the other. */
import { reasonOf } from '../../support/reason.ts'
import type { ClusterOutcome } from '../contract.ts'
import type { Owned, OwnedThing } from './owned.ts'
import type { Found, Shelf, Step, StepAid } from './step.ts'
import { Refused } from './reply.ts'

/** A look goes on whatever happens to one shelf. */
export async function shelfFound<Api>(
  shelf: Shelf<Api>,
  api: Api,
  owned: Owned,
): Promise<readonly Found<Api>[]> {
  try {
    return await shelf.steps(api, owned)
  } catch (error) {
    return [{ address: `${shelf.kind}:*`, problem: reasonOf(error) }]
  }
}

/** The steps in the order of their stages. */
export function inStages<Api>(steps: readonly Step<Api>[]): readonly Step<Api>[] {
  return steps.toSorted((a, b) => a.stage - b.stage)
}

/** The steps of each stage, which may be carried out together. */
export function byStage<Api>(steps: readonly Step<Api>[]): readonly (readonly Step<Api>[])[] {
  const stages = new Map<number, Step<Api>[]>()
  for (const step of steps) stages.set(step.stage, [...(stages.get(step.stage) ?? []), step])
  return [...stages.values()]
}

/**
 * What is to be written down before anything is made: a run that is cut off leaves nothing without an owner, and takes nothing for done that was
 * not seen to end. Undefined when it is all there.
 */
export function claimed<Api>(
  owned: Owned,
  steps: readonly Step<Api>[],
  owns: readonly string[] = [],
): Owned['things'] | undefined {
  const made = steps.filter(({ before }) => before !== undefined)
  const claims: Record<string, OwnedThing> = {
    ...Object.fromEntries(owns.map((address) => [address, { before: null }])),
    ...Object.fromEntries(
      made.map(({ before, difference }) => [difference.address, { before: before ?? null }]),
    ),
  }
  const things: Record<string, OwnedThing> = { ...claims, ...owned.things }
  const undone = steps.flatMap(({ awaited, difference: { address } }) => {
    const { wanted, ...thing } = things[address] ?? { before: null }
    return awaited === true && wanted !== undefined ? [[address, thing] as const] : []
  })
  if (undone.length === 0 && Object.keys(things).length === Object.keys(owned.things).length) return undefined
  return { ...things, ...Object.fromEntries(undone) }
}

/** Makes one change, and notes in `things` what is to be remembered of it. What the engine refuses is the outcome. */
export async function carryOut<Api>(
  api: Api,
  step: Step<Api>,
  things: Record<string, OwnedThing>,
  aid?: StepAid,
): Promise<ClusterOutcome> {
  const { address, action } = step.difference
  try {
    const remembered = await step.run(api, aid)
    if (remembered === undefined) delete things[step.forgets ?? address]
    else things[address] = { ...remembered, before: things[address]?.before ?? null }
    return { address, action }
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return { address, action, failure: error.message }
  }
}
