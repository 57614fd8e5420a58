/** What a change of keys does when nodes cannot be asked. That it works is shown on real nodes: `npm run test:mesh`. */
import { describe, expect, it } from 'vitest'
import { clusterFixture, secretsFixture } from '../../../test/contract/cluster-fixture.ts'
import type { ClusterOutcome, NodeLink, ProgramEnd } from '../../engines/contract.ts'
import { keyExchange } from './key-exchange.ts'
import { wireguardOptions } from './options.ts'

const NODES = ['ada', 'bob', 'cyd']

/** The key of ada was rotated, and ada has the old one. `silent` are nodes that cannot be asked. */
function exchange() {
  const options = wireguardOptions.parse({})
  const nodes = NODES.map((name) => ({ name, roles: ['wireguard'] }))
  const cluster = clusterFixture({ nodes, options: { wireguard: options } })
  const previous = { publicKey: 'old', privateKey: 'old' }
  const secrets = {
    ...secretsFixture(),
    previousKeyPair: (name: string) => (name === 'wireguard/ada' ? previous : undefined),
  }
  const store = keyExchange({ options, cluster, secrets })
  if (store?.prepare === undefined) throw new Error('there is nothing to exchange')
  const silent = new Set<string>()
  const asked: string[] = []
  const link: NodeLink = {
    connect: () => Promise.reject(new Error('nothing is connected to')),
    run: (node, argv) => {
      if (silent.has(node)) return Promise.reject(new Error(`${node} is gone`))
      asked.push(argv.join(' '))
      const end: ProgramEnd = { code: 0, stdout: Buffer.from('old\n'), stderr: '' }
      return Promise.resolve(end)
    },
  }
  const outcomes: ClusterOutcome[] = []
  const prepare = () => store.prepare?.(link, 'bob', (outcome) => outcomes.push(outcome))
  return { store, link, silent, asked, outcomes, prepare }
}

describe('a change of keys', () => {
  it('leaves every node of the mesh as it is when the one with the new key has fallen silent', async () => {
    const { store, link, silent, asked, outcomes, prepare } = exchange()
    const { differences } = await store.check(link, 'bob')
    expect(differences).toMatchObject([{ address: 'wireguard-key:ada' }])
    asked.splice(0)
    silent.add('ada')
    const reason = 'no key was changed: ada is gone'
    expect(await prepare()).toEqual(new Map(NODES.map((node) => [node, reason])))
    expect(outcomes).toEqual([{ address: 'wireguard-key:ada', action: 'update', failure: reason }])
    expect(asked).toEqual([])
  })

  it('does not hold up the others for a node that could not be asked from the beginning', async () => {
    const { store, link, silent, prepare } = exchange()
    silent.add('ada')
    expect(await store.check(link, 'bob')).toMatchObject({
      differences: [],
      unseen: [{ address: 'wireguard-key:ada', problem: 'ada is gone' }],
    })
    expect(await prepare()).toBeUndefined()
  })
})
