import { describe, expect, it } from 'vitest'
import { run } from '../../support/run.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { resolvedFrom } from '../../../test/contract/resolved.ts'
import type { Role } from '../role.ts'
import firewall from './firewall.ts'
import { openingsOf } from './openings.ts'
import type { FirewallOptions } from './options.ts'
import { rulesText } from './ruleset.ts'

describeRole({
  role: firewall as unknown as Role<never>,
  samples: {
    everything: {
      ssh_from: ['198.51.100.0/24', '2001:db8::/32'],
      open: [{ port: 9, protocol: 'udp', to: 'cluster', why: 'to wake boards up' }],
    },
  },
})

function resolved(
  options: string,
  more = '',
  nodes = 'a: { address: 192.0.2.1 }, b: { address: 192.0.2.2 }',
) {
  const text = `cluster: office
domain: office.example.net
access: { port: 2222 }
nodes: { ${nodes} }
roles:
  base: { on: all }
  firewall: { on: all${options} }
${more}`
  return resolvedFrom(text)
}

/** The rules of node a, without those that are always there. */
function rulesOf(...given: Parameters<typeof resolved>): string[] {
  const text = textOf(...given)
  const lines = text.split('\n').map((line) => line.trim())
  return lines.slice(
    lines.findIndex((line) => line.includes('udp sport 547')) + 1,
    lines.indexOf('counter drop'),
  )
}

function textOf(...given: Parameters<typeof resolved>): string {
  const { cluster } = resolved(...given)
  const [node] = cluster.nodes
  if (!node) throw new Error('there is a node')
  return rulesText(openingsOf(node, cluster.options<FirewallOptions>('firewall') as FirewallOptions, cluster))
}

describe('what is open', () => {
  it('is the way in, whatever else is', () => {
    expect(rulesOf('')).toEqual(['tcp dport 2222 accept comment "ssh: the way in of bramble, for everyone"'])
  })

  it('may be the way in from some places alone, and always from the nodes', () => {
    const why = 'comment "ssh: the way in of bramble, for 198.51.100.7, 2001:db8::/32 and the nodes"'
    expect(rulesOf(', ssh_from: [198.51.100.7, "2001:db8::/32"]')).toEqual([
      `ip saddr 198.51.100.7 tcp dport 2222 accept ${why}`,
      `ip6 saddr 2001:db8::/32 tcp dport 2222 accept ${why}`,
      `ip saddr { 192.0.2.1, 192.0.2.2 } tcp dport 2222 accept ${why}`,
    ])
  })

  it('follows from what engines, services and options give, with the reason', () => {
    const more = `  consul-server: { on: a }
  consul-client: { on: b }
services:
  bell: { on: a, port: 8080, to: everyone }
  log: { on: a, port: 514 }
`
    expect(rulesOf(', open: [{ port: 9, protocol: udp, why: to wake boards up }]', more).slice(1)).toEqual([
      'ip saddr { 192.0.2.1, 192.0.2.2 } tcp dport 8300 accept comment "consul-server (consul-server), for consul-server and consul-client"',
      'ip saddr { 192.0.2.1, 192.0.2.2 } tcp dport 8301 accept comment "consul (consul-server), for consul-server and consul-client"',
      'ip saddr { 192.0.2.1, 192.0.2.2 } udp dport 8301 accept comment "consul (consul-server), for consul-server and consul-client"',
      'udp dport 9 accept comment "to wake boards up (firewall), for everyone"',
      'tcp dport 8080 accept comment "bell (services), for everyone"',
      'ip saddr { 192.0.2.1, 192.0.2.2 } tcp dport 514 accept comment "log (services), for the nodes"',
    ])
  })

  it('is what nft takes, and once more', async () => {
    const text = textOf(', ssh_from: ["2001:db8::/32"], open: [{ port: 9, to: cluster, why: "it’s needed" }]')
    const args = [
      '--net',
      'sh',
      '-c',
      'nft -f - <<EOF && nft -f - <<EOF && nft list tables\n$0\nEOF\n$0\nEOF',
    ]
    const loaded = await run('unshare', [...args, text])
    expect(loaded.stderr).toBe('')
    expect(loaded.stdout.toString()).toBe('table inet bramble\n')
  })

  it('can hold no names: FIREWALL_NODE_WITHOUT_ADDRESS', () => {
    const { diagnostics } = resolved('', '', 'a: { address: 192.0.2.1 }, b: { address: b.example.net }')
    expect(diagnostics).toMatchObject([
      { code: 'FIREWALL_NODE_WITHOUT_ADDRESS', severity: 'warning', where: { line: 4 } },
    ])
  })
})
