import { describe, expect, it } from 'vitest'
import type { Cluster } from '../topology/cluster.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { nodesInScope } from './scope.ts'

const cluster = {
  nodes: [
    { name: 'ada', roles: ['base', 'consul-server'] },
    { name: 'grace', roles: ['base'] },
  ],
} as unknown as Cluster

function codes(action: () => unknown): readonly string[] {
  try {
    action()
  } catch (error) {
    if (error instanceof DiagnosticsError) return error.diagnostics.map(({ code }) => code)
    throw error
  }
  return []
}

describe('the scope of a run', () => {
  it('is every node without filters', () => {
    expect(nodesInScope(cluster, {})).toEqual(['ada', 'grace'])
  })

  it('is the nodes that fit both filters', () => {
    expect(nodesInScope(cluster, { nodes: ['ada', 'grace'], roles: ['consul-server'] })).toEqual(['ada'])
  })

  it('refuses an unknown node and an unknown role at once, with FILTER_UNKNOWN', () => {
    expect(codes(() => nodesInScope(cluster, { nodes: ['adda'], roles: ['nomad'] }))).toEqual([
      'FILTER_UNKNOWN',
      'FILTER_UNKNOWN',
    ])
  })

  it('refuses filters that leave no node, with FILTER_MATCHES_NOTHING', () => {
    expect(codes(() => nodesInScope(cluster, { nodes: ['grace'], roles: ['consul-server'] }))).toEqual([
      'FILTER_MATCHES_NOTHING',
    ])
  })
})
