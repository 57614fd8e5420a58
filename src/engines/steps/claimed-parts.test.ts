/** What is claimed of a thing that others have parts in, and of one that is not ours to change. */
import { describe, expect, it } from 'vitest'
import { carryOut } from './carry-out.ts'
import { claimedWithParts } from './claimed-parts.ts'
import { NOTHING_OWNED, type OwnedThing } from './owned.ts'
import { refusedStep, type Step } from './step.ts'

const difference = { address: 'entry:a', action: 'update', reason: 'test', differences: [] } as const
const makes = (claims?: Step<undefined>['claims']): Step<undefined> => ({
  stage: 1,
  difference,
  before: null,
  ...(claims !== undefined && { claims }),
  run: () => Promise.resolve({}),
})

describe('the list of what is owned', () => {
  it('says before a thing is made which parts of it are to be ours, also of one that was ours already', () => {
    const known = { things: { 'entry:a': { before: null, fields: ['old'] } }, index: 1 }
    const both = { 'entry:a': { before: null, fields: ['new', 'old'] } }
    const step = makes({ fields: ['new', 'old'] })
    expect(claimedWithParts(NOTHING_OWNED, [step])).toEqual(both)
    expect(claimedWithParts(known, [step])).toEqual(both)
    expect(claimedWithParts(known, [makes({ fields: ['old'] })])).toBeUndefined()
    expect(claimedWithParts(known, [makes()])).toBeUndefined()
  })

  it('gets nothing of a step that is refused, and its reason is the failure', async () => {
    const step = refusedStep<undefined>(1, { ...difference, reason: 'it is of somebody else' })
    expect(claimedWithParts(NOTHING_OWNED, [step])).toBeUndefined()
    const things: Record<string, OwnedThing> = {}
    const { failure } = await carryOut(undefined, step, things)
    expect([failure, things]).toEqual(['entry:a: it is of somebody else', {}])
  })
})
