/** The role `dns`: a resolver that knows the names of the cluster, and asks for public names over TLS. */
import { isIP } from 'node:net'
import { networkFindings } from '../../engines/network-findings.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { onNetwork } from '../../topology/network.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { defineRole, type RoleContext, type RoleFinding } from '../role.ts'
import { dnsCodes } from './codes.ts'
import { resolverGate } from './gate.ts'
import { dnsOptions, type DnsOptions } from './options.ts'
import { localRecords, resolversName, type LocalRecord } from './records.ts'
import { unboundConf } from './unbound-conf.ts'

const ROLE = 'dns'
const CONFIG = '/etc/unbound/unbound.conf'
const AUTHORITIES = '/etc/unbound/upstream-ca.pem'
const DEBIAN_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt'

function findings(options: DnsOptions, cluster: Cluster): RoleFinding[] {
  const nodes = cluster.find(ROLE)
  const [only] = nodes
  return [
    ...networkFindings(cluster, options.network, nodes),
    ...nodes
      .filter((node) => !isAddress(seen(node, options, cluster).address))
      .map(({ name, address }) => ({
        diagnostic: dnsCodes.DNS_NODE_WITHOUT_ADDRESS({ node: name, address }),
        node: name,
      })),
    ...(only && nodes.length === 1
      ? [{ diagnostic: dnsCodes.DNS_RESOLVER_SINGLE({ node: only.name }) }]
      : []),
  ]
}

/** A rule of access holds no name, and no interface of another computer. */
function isAddress(address: string): boolean {
  return isIP(address) > 0 && !address.includes('%')
}

function seen(node: ClusterNode, { network }: DnsOptions, cluster: Cluster): ClusterNode {
  return onNetwork(node, network === undefined ? undefined : cluster.network(network))
}

/** Nodes at all their addresses, whichever way a packet takes. */
function clientsOf({ clients, network }: DnsOptions, cluster: Cluster): string[] {
  const range = network === undefined ? undefined : cluster.network(network)?.range
  const nodes = cluster.nodes.map(({ address }) => address).filter(isAddress)
  return [...new Set([...nodes, ...(range === undefined ? [] : [range]), ...clients])]
}

/** Others than nodes are not on the network of the nodes. */
function addressesOf(node: ClusterNode, options: DnsOptions, cluster: Cluster): string[] {
  const own = options.clients.length > 0 ? [node.address] : []
  return [...new Set([seen(node, options, cluster).address, ...own])].filter(isAddress)
}

/** The name by which all resolvers are found: nobody else knows it, so it shows who was asked. */
function resolverRecords(options: DnsOptions, cluster: Cluster): LocalRecord[] {
  const name = resolversName(cluster)
  return cluster.find(ROLE).map((node) => ({ name, address: seen(node, options, cluster).address }))
}

function resources({ options, node, cluster, file: read }: RoleContext<DnsOptions>): Resource[] {
  const unbound = debianPackage({ name: 'unbound', program: '/usr/sbin/unbound' })
  const needs = [addressOf(unbound)]
  const authorities =
    options.upstream_ca === undefined
      ? []
      : [file({ path: AUTHORITIES, content: read(options.upstream_ca), needs })]
  const config = file({
    path: CONFIG,
    content: unboundConf({
      addresses: addressesOf(node, options, cluster),
      clients: clientsOf(options, cluster),
      domain: cluster.domain,
      records: [...localRecords(options, cluster), ...resolverRecords(options, cluster)],
      upstream: options.upstream,
      authorities: authorities.length > 0 ? AUTHORITIES : DEBIAN_AUTHORITIES,
      dnssec: options.dnssec,
    }),
    validate: ['unbound-checkconf', '{}'],
    needs: [...needs, ...authorities.map(addressOf)],
  })
  return [
    unbound,
    // Without the keys of the root it does not start (Debian's unit brings them into its folder).
    debianPackage({ name: 'dns-root-data' }),
    debianPackage({ name: 'ca-certificates' }),
    ...authorities,
    config,
    service({
      name: 'unbound',
      restartOn: [addressOf(unbound), addressOf(config), ...authorities.map(addressOf)],
      needs: [addressOf(config)],
    }),
  ]
}

/** Unbound from Debian. Local names, then public ones over TLS; its own checker reads the configuration before it goes live. */
const dns = defineRole({
  name: ROLE,
  summary: 'A resolver: names of the cluster and of its services, then public names over TLS.',
  pace: 'one at a time',
  options: dnsOptions,
  findings: ({ options, cluster }) => findings(options, cluster),
  files: ({ upstream_ca: path }) => (path === undefined ? [] : [{ path, option: 'upstream_ca' }]),
  provides: ({ options, cluster }) => [
    {
      name: 'dns',
      names: [resolversName(cluster)],
      ports: [
        { port: 53, protocol: 'udp' },
        { port: 53, protocol: 'tcp' },
      ],
      // Unbound itself refuses whoever is not named.
      to: options.clients.length > 0 ? 'everyone' : 'cluster',
      ...(options.network !== undefined && options.clients.length === 0 && { network: options.network }),
    },
  ],
  resources,
  gates: ({ node, cluster }) => [resolverGate(node.name, resolversName(cluster))],
})

export default dns
