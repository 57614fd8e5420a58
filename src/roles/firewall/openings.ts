/** What is open on a node, to whom and why: from what roles and services give to others. */
import { isIP } from 'node:net'
import type { Cluster } from '../../topology/cluster.ts'
import type { Network } from '../../topology/network.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { Audience, Opening, ProvidedOnNode, Source } from '../../topology/provided.ts'
import type { FirewallOptions } from './options.ts'

/** Name of the role. */
export const ROLE = 'firewall'

const EVERYONE: readonly Source[] = [{}]

/** All openings of a node; the one for SSH, by which it is kept, comes first and is always there. */
export function openingsOf(node: ClusterNode, options: FirewallOptions, cluster: Cluster): Opening[] {
  const own = cluster.provided().filter((one) => one.node === node.name)
  return [
    ssh(node, options, cluster),
    ...own.map((one) => ({
      what: `${one.name} (${one.role})`,
      who: isSsh(one) ? sshAudience(options) : audience(one, cluster),
      ...(one.network !== undefined && { network: one.network }),
      ports: isSsh(one) ? one.ports.filter(({ port }) => port !== node.sshPort) : one.ports,
      from: sourcesOf(one, options, cluster),
    })),
  ].filter(({ ports, from }) => ports.length > 0 && from.length > 0)
}

/** The SSH server itself: the port by which we come in has a rule of its own, the others go by the same options. */
function isSsh({ name, role }: ProvidedOnNode): boolean {
  return name === 'ssh' && role === 'base'
}

function ssh(node: ClusterNode, options: FirewallOptions, cluster: Cluster): Opening {
  return {
    what: 'ssh: the way in of bramble',
    who: sshAudience(options),
    ports: [{ port: node.sshPort, protocol: 'tcp' }],
    from: sshSources(options, cluster),
  }
}

/** Nodes lead to those that stand behind them. */
function sshSources({ ssh_from: named }: FirewallOptions, cluster: Cluster): readonly Source[] {
  if (named.length === 0) return EVERYONE
  return [{ addresses: named }, ...nodesAsSources(cluster.nodes, cluster)]
}

function sshAudience({ ssh_from: named }: FirewallOptions): string {
  return named.length === 0 ? 'everyone' : `${named.join(', ')} and the nodes`
}

function audience({ to }: ProvidedOnNode, cluster: Cluster): string {
  if (to === 'everyone') return to
  if (to === 'cluster') return 'the nodes'
  const roles = to === 'watchers' ? cluster.watchers().map(({ role }) => role) : to.roles
  return [...new Set(roles)].join(' and ')
}

function nodesOf(to: Exclude<Audience, 'everyone'>, cluster: Cluster): readonly ClusterNode[] {
  if (to === 'cluster') return cluster.nodes
  if (to === 'watchers') return cluster.watchers().map(({ node }) => node)
  return cluster.nodes.filter(({ roles }) => to.roles.some((role) => roles.includes(role)))
}

function sourcesOf(one: ProvidedOnNode, options: FirewallOptions, cluster: Cluster): readonly Source[] {
  if (isSsh(one)) return sshSources(options, cluster)
  const network = one.network === undefined ? undefined : cluster.network(one.network)
  if (one.to === 'everyone') return network ? [{ interface: network.interface }] : EVERYONE
  const nodes = nodesOf(one.to, cluster)
  return network ? onNetwork(network, nodes) : nodesAsSources(nodes, cluster)
}

function onNetwork(network: Network, nodes: readonly ClusterNode[]): Source[] {
  const addresses = nodes.flatMap(({ name }) => network.addressOf(name) ?? [])
  return addresses.length === 0 ? [] : [{ interface: network.interface, addresses }]
}

/** Nodes by their own addresses, and by those on each network of the cluster. A name is no address that a rule could hold. */
function nodesAsSources(nodes: readonly ClusterNode[], cluster: Cluster): Source[] {
  const addresses = [...new Set(nodes.map(({ address }) => address))].filter(
    (address) => isIP(address) > 0 && !address.includes('%'),
  )
  return [
    ...(addresses.length === 0 ? [] : [{ addresses }]),
    ...networksOf(cluster).flatMap((network) => onNetwork(network, nodes)),
  ]
}

function networksOf(cluster: Cluster): Network[] {
  const roles = [...new Set(cluster.nodes.flatMap((node) => node.roles))]
  return roles.flatMap((role) => cluster.network(role) ?? [])
}
