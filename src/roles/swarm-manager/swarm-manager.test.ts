/** The role `swarm-manager`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import { clusterFixture } from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { stackFiles, stacksOf } from '../../engines/swarm/options.ts'
import { mergedLabels, swarmWish } from '../../engines/swarm/swarm-wish.ts'
import { contentOf } from '../../resources/kind.ts'
import type { Role } from '../role.ts'
import wireguard from '../wireguard/wireguard.ts'
import swarmManager from './swarm-manager.ts'

describeRole({
  role: swarmManager as unknown as Role<never>,
  samples: {
    'everything said': {
      workloads: false,
      drained: ['node-2'],
      address_pool: '10.99.0.0/16',
      certificate_days: 365,
      stacks: { site: { compose: { services: { web: { image: 'web:1' } } } } },
    },
  },
})

describe('a swarm', () => {
  const wish = (written: object) =>
    swarmWish(
      swarmManager.options.parse(written),
      clusterFixture({
        nodes: [
          { name: 'ant', roles: ['swarm-manager'], address: '10.211.0.7' },
          { name: 'bee', roles: ['swarm-worker'], has: ['speaker'], labels: { room: 'attic' }, model: 'pi3' },
        ],
      }),
    )

  it('stays on the network that it was made on', () => {
    const nodes = [{ name: 'ant', roles: ['swarm-manager', 'wireguard'], address: '10.211.0.7' }]
    const options = { wireguard: wireguard.options.parse({}) }
    const cluster = clusterFixture({ nodes, options })
    const valueOf = (written: object): string | undefined => {
      const given = { options: swarmManager.options.parse(written), nodes: cluster.nodes, cluster }
      const settled = swarmManager.settled?.({ ...given, file: () => contentOf('') }) ?? []
      return settled.find(({ what }) => what === 'the network of the swarm')?.value
    }
    expect(valueOf({})).toBe("the nodes' own")
    expect(valueOf({ network: 'wireguard' })).toBe('wireguard (10.70.0.0/24)')
  })

  it('takes a range that collides with no node', () => {
    expect(wish({}).addressPool).toBe('10.221.0.0/16')
  })

  it('runs tasks everywhere but where it is told not to', () => {
    const states = (written: object) => wish(written).nodes.map(({ availability }) => availability)
    expect(states({})).toEqual(['active', 'active'])
    expect(states({ workloads: false })).toEqual(['drain', 'active'])
    expect(states({ drained: ['bee'] })).toEqual(['active', 'drain'])
  })

  it('labels nodes with their boards, takes back labels of its own and keeps those of others', () => {
    const [, bee] = wish({}).nodes
    expect(bee?.labels).toMatchObject({
      model: 'pi3',
      'has.speaker': 'true',
      room: 'attic',
      'bramble.node': 'bee',
    })
    const before = { 'bramble.labels': 'room,shelf', room: 'hall', shelf: '3', mine: 'yes' }
    const merged = mergedLabels({ room: 'attic', 'bramble.labels': 'room' }, before)
    expect(merged).toEqual({ 'bramble.labels': 'room', room: 'attic', mine: 'yes' })
  })

  it('takes a stack from a file beside the cluster file, or written out, and not both', () => {
    const compose = { services: { web: { image: 'web:1' } } }
    const parse = (site: object) => swarmManager.options.parse({ stacks: { site } })
    const options = parse({ file: 'stacks/site.yaml' })
    expect(stackFiles(options)).toEqual([{ path: 'stacks/site.yaml', option: ['stacks', 'site', 'file'] }])
    const read = (path: string) => contentOf(`# ${path}\nservices: {}\n`)
    expect(stacksOf(options, read)[0]?.text).toBe('# stacks/site.yaml\nservices: {}\n')
    expect(stackFiles(parse({ compose }))).toEqual([])
    expect(JSON.parse(stacksOf(parse({ compose }), read)[0]?.text ?? '')).toEqual(compose)
    for (const wrong of [{}, { file: 'x', compose }]) expect(() => parse(wrong)).toThrow(/one of/)
  })
})
