/** The role `dns-client`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import { describeRole } from '../../../test/contract/role.ts'
import { resolvedFrom } from '../../../test/contract/resolved.ts'
import type { Role } from '../role.ts'
import dnsClient from './dns-client.ts'
import { resolversOf } from './resolvers.ts'
import { quietened } from './writers.ts'

describeRole({ role: dnsClient as unknown as Role<never> })

function clusterOf(resolvers: string) {
  const text = `cluster: office
domain: office.example.net
nodes: { a: { address: 192.0.2.1 }, b: { address: 192.0.2.2 }, c: { address: 192.0.2.3 }, d: { address: 192.0.2.4 }, e: { address: 192.0.2.5 } }
roles:
  dns: { on: ${resolvers} }
  dns-client: { on: all }
`
  return resolvedFrom(text).cluster
}

const asked = (node: string, resolvers: string): string =>
  resolversOf(node, clusterOf(resolvers))
    .map((one) => one.node)
    .join('')

describe('the resolvers that a node asks', () => {
  it('are all of them, itself first', () => {
    expect(asked('b', '[a, b]')).toBe('ba')
    expect(asked('a', '[a, b]')).toBe('ab')
  })

  it('come in another order on another node, so that the first one does not get all questions', () => {
    expect(['c', 'd', 'e'].map((node) => asked(node, '[a, b]')).toSorted()).toEqual(['ab', 'ba', 'ba'])
  })

  it('are three at most, as libc has it', () => {
    expect(asked('e', '[a, b, c, d]')).toHaveLength(3)
  })
})

describe('who writes /etc/resolv.conf', () => {
  it('is told to leave it, and nobody else is touched', () => {
    const named = (fact: string) => quietened(fact).map(({ kind, name }) => `${kind}:${name}`)
    expect(named('none')).toEqual([])
    expect(named('resolved dhclient')).toEqual([
      'service:systemd-resolved.service',
      'directory:/etc/dhcp/dhclient-enter-hooks.d',
      'file:/etc/dhcp/dhclient-enter-hooks.d/bramble',
    ])
    expect(named('networkmanager dhcpcd openresolv')).toEqual([
      'directory:/etc/NetworkManager/conf.d',
      'file:/etc/NetworkManager/conf.d/90-bramble-dns.conf',
      'service:NetworkManager.service',
      'file:/etc/dhcpcd.enter-hook',
      'file:/etc/resolvconf.conf',
    ])
  })
})
