import { describe, expect, it } from 'vitest'
import { EMPTY_LOCK, type ClusterLock } from '../cluster-lock/cluster-lock.ts'
import { leftNodeWarnings, withoutLeftNodes } from './left-nodes.ts'

const ID = 'a'.repeat(32)
const lock: ClusterLock = {
  ...EMPTY_LOCK,
  nodes: {
    ada: { machine_id: 'b'.repeat(32), runtime: 'c' },
    dog: { machine_id: ID, runtime: 'c' },
    looked: { machine_id: 'd'.repeat(32) },
  },
  choices: { 'groups.core': ['ada', 'dog'] },
}
const where = { file: 'cluster.yaml', line: 3, column: 1, length: 5 }

describe('a node that left the cluster file', () => {
  it('is warned of when Bramble has made something there, with the way to have it removed', () => {
    const [warning, ...others] = leftNodeWarnings(lock, ['ada'], where)
    expect(others).toEqual([])
    expect(warning).toMatchObject({ code: 'NODE_LEFT_RUNNING', severity: 'warning', where })
    expect(warning?.summary).toBe(
      'dog is no longer in the cluster file; what Bramble made there stays and goes on running',
    )
    expect(warning?.fix).toContain('put dog back under nodes')
  })

  it('is none when only its name changed, and when it was only looked at', () => {
    const renamed = { ...lock, nodes: { ...lock.nodes, cat: { machine_id: ID, runtime: 'c' } } }
    expect(leftNodeWarnings(renamed, ['ada', 'cat'], where)).toEqual([])
    expect(leftNodeWarnings(lock, ['ada', 'dog'], where)).toEqual([])
  })

  it('is forgotten by an apply that was complete', () => {
    const kept = withoutLeftNodes(lock, ['ada'])
    expect(Object.keys(kept.nodes)).toEqual(['ada'])
    expect(leftNodeWarnings(kept, ['ada'], where)).toEqual([])
    expect(withoutLeftNodes(kept, ['ada'])).toBe(kept)
  })
})
