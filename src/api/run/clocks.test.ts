import { describe, expect, it } from 'vitest'
import { judgeClocks, type ClockReading } from './clocks.ts'

const DAYS = 24 * 60 * 60

function reading(node: string, seconds: number, hasSource = false): ClockReading {
  return { node, seconds, hasSource }
}

describe('whose clock is wrong', () => {
  it('is nobody’s within a minute', () => {
    const readings = [reading('ada', 20), reading('grace', -59)]
    expect(judgeClocks(readings, false)).toEqual({ wrong: 'nodes', nodes: [] })
  })

  it('is this computer’s when the nodes agree with one another and not with it', () => {
    const readings = ['ada', 'grace', 'joan'].map((node, index) => reading(node, -250 * DAYS - index))
    expect(judgeClocks(readings, false)).toEqual({
      wrong: 'computer',
      seconds: 250 * DAYS + 2,
      nodes: ['ada', 'grace', 'joan'],
      isUnsure: true,
    })
    const known = readings.map((one) => ({ ...one, hasSource: true }))
    expect(judgeClocks(known, true)).toMatchObject({ wrong: 'computer', isUnsure: false })
  })

  it('is one node’s when it alone is away', () => {
    const off = reading('grace', 3600)
    expect(judgeClocks([reading('ada', 0), off, reading('joan', 1)], false)).toEqual({
      wrong: 'nodes',
      nodes: [off],
    })
  })

  it('is that of all fresh boards together when this computer has a time server and they have none', () => {
    const fresh = ['ada', 'grace', 'joan'].map((node) => reading(node, -400 * DAYS))
    expect(judgeClocks(fresh, true)).toEqual({ wrong: 'nodes', nodes: fresh })
  })

  it('is decided by the one node that has a time server against many that have none', () => {
    const readings = [reading('ada', -DAYS), reading('grace', -DAYS), reading('joan', 0, true)]
    expect(judgeClocks(readings, false)).toMatchObject({ wrong: 'nodes', nodes: readings.slice(0, 2) })
    const against = [reading('ada', 0), reading('grace', 0), reading('joan', DAYS, true)]
    expect(judgeClocks(against, false)).toMatchObject({ wrong: 'computer', seconds: -DAYS, nodes: ['joan'] })
  })

  it('is doubted on this side when there is one node and neither has a time server', () => {
    expect(judgeClocks([reading('ada', 3600)], false)).toMatchObject({ wrong: 'computer', isUnsure: true })
  })

  it('is that of each node that is away by itself', () => {
    const readings = [
      reading('ada', -DAYS),
      reading('grace', 3 * DAYS),
      reading('joan', 9 * DAYS),
      reading('mary', 0),
    ]
    expect(judgeClocks(readings, false)).toMatchObject({ wrong: 'nodes' })
  })
})
