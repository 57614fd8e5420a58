/** Cards that were copied after Consul had run on them: CONSUL_NODE_ID_TWICE. */
import { describe, expect, it } from 'vitest'
import { clusterFixture } from '../../../test/contract/cluster-fixture.ts'
import { CLIENT_ROLE, SERVER_ROLE } from '../../engines/consul/datacenter.ts'
import { serverOptions } from '../../engines/consul/options.ts'
import consulServer from './consul-server.ts'

const ID = '2c3f9c9e-1f4b-4d7a-9d0e-0a1b2c3d4e5f'

/** What is said when the nodes tell these ids. */
function found(...ids: (string | undefined)[]) {
  const roles = [SERVER_ROLE, SERVER_ROLE, SERVER_ROLE, CLIENT_ROLE]
  const nodes = ids.map((id, index) => ({
    name: `n${index}`,
    roles: [roles[index] ?? CLIENT_ROLE],
    facts: id === undefined ? {} : { engine_ids: id },
  }))
  const options = serverOptions.parse({ data_dir: '/srv/consul' })
  const cluster = clusterFixture({ nodes, options: { [SERVER_ROLE]: options } })
  return (consulServer.findings?.({ options, cluster }) ?? []).filter(
    ({ diagnostic }) => diagnostic.code === 'CONSUL_NODE_ID_TWICE',
  )
}

describe('the ids that agents made', () => {
  it('that are the same on a server and a client name both nodes and the way out', () => {
    const [one, ...others] = found(`Consul=${ID}`, undefined, '', `Consul=${ID.toUpperCase()} Nomad=x`)
    expect(others).toEqual([])
    expect(one?.node).toBe('n3')
    expect(one?.diagnostic).toMatchObject({
      severity: 'error',
      summary: 'n3 and n0 have the same node id of Consul',
    })
    expect(one?.diagnostic.fix).toContain('rm -rf /srv/consul/node-id')
    expect(one?.diagnostic.fix).toContain('bramble facts n3')
  })

  it.each([
    ['of others', [`Consul=${ID}`, `Consul=${ID.replace('2', '3')}`, `Nomad=${ID}`, `Xonsul=${ID}`]],
    ['that are none', ['Consul=', 'Consul=', 'Consul=abc', 'Consul=abc']],
  ])('%s say nothing', (_, ids) => {
    expect(found(...ids)).toEqual([])
  })
})
