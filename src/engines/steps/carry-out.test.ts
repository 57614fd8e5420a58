/** What is owned after a step, for the next run to go by. */
import { describe, expect, it } from 'vitest'
import { carryOut, claimed } from './carry-out.ts'
import { NOTHING_OWNED, type OwnedThing } from './owned.ts'
import type { Step } from './step.ts'

const done = (address: string, forgets?: string): Step<undefined> => ({
  stage: 1,
  difference: { address, action: 'update', reason: 'test', differences: [] },
  ...(forgets !== undefined && { forgets }),
  run: () => Promise.resolve(undefined),
})

/** The list after one run that owns these names. */
async function after(things: Record<string, OwnedThing>, step: Step<undefined>, owns: readonly string[]) {
  const list = { ...(claimed({ ...NOTHING_OWNED, things }, [step], owns) ?? things) }
  await carryOut(undefined, step, list)
  return Object.keys(list).toSorted()
}

describe('the list of what is owned', () => {
  it('loses what was removed', async () => {
    expect(await after({ 'member:ant': { before: null } }, done('member:ant'), [])).toEqual([])
  })

  it('has a thing that was renamed under its new name, so that it can be removed later', async () => {
    const step = done('member:elk', 'member:eel')
    expect(await after({ 'member:eel': { before: null } }, step, ['member:elk'])).toEqual(['member:elk'])
  })

  it('takes nothing for done that is changed and was not seen to end', () => {
    const things = { 'job:web': { id: 'web', wanted: 'old', before: null }, 'job:clock': { before: null } }
    const step: Step<undefined> = { ...done('job:web'), awaited: true }
    expect(claimed({ ...NOTHING_OWNED, things }, [step])).toEqual({
      'job:web': { id: 'web', before: null },
      'job:clock': { before: null },
    })
    expect(claimed({ ...NOTHING_OWNED, things }, [done('job:web')])).toBeUndefined()
  })
})
