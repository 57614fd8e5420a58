import { describe, expect, it } from 'vitest'
import { BOARDS } from './boards.ts'
import { SPEED_PERCENT, speedPercent } from './speed.ts'

describe('the table of processors', () => {
  it('has the generations of boards in their order', () => {
    const generations = ['pi1', 'zero-w', 'pi2', 'pi3', 'pi4', 'pi400', 'pi5'].map(speedPercent)
    expect(generations).toEqual([...new Set(generations)].sort((a, b) => a - b))
  })

  it('has every board with four cores faster than every board with one', () => {
    const speeds = (cores: number) =>
      BOARDS.filter((board) => board.cores === cores && board.id !== 'pc').map(({ id }) => SPEED_PERCENT[id])
    expect(Math.min(...speeds(4))).toBeGreaterThan(Math.max(...speeds(1)))
  })

  it('takes a board that it does not know for a fast one', () => {
    expect(speedPercent('Board of somebody')).toBe(100)
  })
})
