import { describe, expect, it } from 'vitest'
import { Paper, create } from '../../test/rollout/paper.ts'
import type { ClusterStore } from '../engines/contract.ts'

describe('what has to be done before the nodes', () => {
  it('leaves nodes as they are that stand on what had to be done before them and failed', async () => {
    const paper = new Paper({ a: [create], b: [create], c: [create] })
    const differences = [
      { address: 'e:early', action: 'update', reason: 'it differs', differences: [] } as const,
    ]
    const failure = 'the new key was taken back'
    const store: ClusterStore = {
      name: 'e',
      members: ['a', 'b'],
      size: 1,
      runsAs: 'service:e.service',
      whole: () => Promise.resolve(differences),
      check: () => Promise.resolve({ differences, unseen: [] }),
      prepare: (_link, _node, done) => {
        done({ address: 'e:early', action: 'update', failure })
        return Promise.resolve(new Map(['a', 'b'].map((node) => [node, failure])))
      },
      converge: (_link, _node, done) =>
        Promise.resolve(done({ address: 'e:early', action: 'update', failure })),
    }
    expect(await paper.run({ stores: [store] })).toBe('failed')
    expect(paper.converged).toEqual(['c'])
    expect(paper.events).toContainEqual(
      expect.objectContaining({ type: 'node-finished', node: 'a', message: failure }),
    )
  })
})
