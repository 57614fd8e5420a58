import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { allocate, type Allocated } from './allocation.ts'

const pool = ['1', '2', '3', '4']
const values = () => pool
const has = (value: string): boolean => pool.includes(value)
const give = (holders: readonly string[], before: Allocated = {}, remembered: readonly string[] = []) =>
  allocate({ holders, values, has }, before, (holder) => remembered.includes(holder))

describe('allocations', () => {
  it('are given in order, and kept when somebody is put before or taken away', () => {
    const first = give(['a', 'b']).allocated
    expect(first).toEqual({ a: '1', b: '2' })
    expect(give(['new', 'a', 'b'], first).allocated).toEqual({ new: '3', a: '1', b: '2' })
    expect(give(['b'], first).allocated).toEqual({ b: '2' })
  })

  it('of who left go to nobody else while they are remembered', () => {
    const before = { a: '1', gone: '2' }
    expect(give(['a', 'b'], before, ['gone']).allocated).toEqual({ a: '1', gone: '2', b: '3' })
    expect(give(['a', 'b'], before).allocated).toEqual({ a: '1', b: '2' })
  })

  it('say who gets none, and which two have the same', () => {
    expect(give(['a', 'b', 'c', 'd', 'e']).without).toEqual(['e'])
    expect(give(['a', 'b'], { a: '2', b: '2' }).twice).toEqual([{ value: '2', holders: ['a', 'b'] }])
  })

  it('are given anew when the value is no longer one of them', () => {
    expect(give(['a', 'b'], { a: '9', b: '1' }).allocated).toEqual({ a: '2', b: '1' })
  })

  it('never move and never meet, whoever comes and goes', () => {
    const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'))
    fc.assert(
      fc.property(fc.array(names, { maxLength: 8 }), (steps) => {
        let before: Allocated = {}
        for (const holders of steps) {
          const { allocated, without, twice } = give(holders, before, ['a', 'b', 'c', 'd'])
          expect(without).toEqual([])
          expect(twice).toEqual([])
          expect(allocated).toMatchObject(before)
          expect(new Set(Object.values(allocated)).size).toBe(Object.keys(allocated).length)
          before = allocated
        }
      }),
    )
  })
})
