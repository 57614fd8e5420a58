/** The role `wireguard`: encrypted tunnels from every node to every other, straight from the cluster file. */
import { isIP } from 'node:net'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { command } from '../../resources/command/command.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { keyPair } from '../../wishes/wishes.ts'
import { defineRole, type RoleContext, type RoleFinding } from '../role.ts'
import { wireguardCodes } from './codes.ts'
import { configPath, configText, interfaceLines, PUBLIC_PATH } from './config.ts'
import { meshGate } from './gate.ts'
import { keyExchange } from './key-exchange.ts'
import { keyName, newPair } from './keys.ts'
import { ADDRESSES, meshNetwork, peersOf, ROLE, unitOf } from './mesh.ts'
import { wireguardOptions, type WireguardOptions } from './options.ts'
import { addressesOf, isInRange } from './range.ts'
import { tunnelProbe } from './tunnels.ts'

const LOSS = 'its tunnels are down until the other nodes know the new one, which the next apply brings'

function findings(options: WireguardOptions, cluster: Cluster): RoleFinding[] {
  const nodes = cluster.find(ROLE)
  const names = nodes.map(({ name }) => name)
  return [
    ...nodes
      .filter(({ address }) => isIP(address) === 0 || address.includes('%'))
      .map(({ name, address }) => ({
        diagnostic: wireguardCodes.WIREGUARD_NODE_WITHOUT_ADDRESS({ node: name, address }),
        node: name,
      })),
    ...nodes
      .filter(({ address }) => isInRange(options.network, address))
      .map(({ name, address }) => {
        const details = { node: name, address, network: options.network }
        return { diagnostic: wireguardCodes.WIREGUARD_NETWORK_OVERLAPS(details), option: 'network' }
      }),
    ...options.behind_nat
      .filter((name) => !names.includes(name))
      .map((name) => ({
        diagnostic: wireguardCodes.WIREGUARD_NODE_UNKNOWN({ name, near: didYouMean(name, names) }),
        option: 'behind_nat',
      })),
  ]
}

function resources({ options, node, cluster, secrets }: RoleContext<WireguardOptions>): Resource[] {
  const address = cluster.allocated(ADDRESSES)[node.name]
  if (address === undefined) return []
  // wg-quick takes wireguard-go where the kernel knows no such interface (wg-quick(8)).
  const packages = ['wireguard-tools', ...(node.facts['wireguard.kernel'] === 'no' ? ['wireguard-go'] : [])]
  const installed = [...packages, 'iproute2'].map((name) => debianPackage({ name }))
  const folder = directory({ path: '/etc/wireguard', mode: '700' })
  const pair = secrets.keyPair(keyName(node.name))
  const peers = peersOf(node, options, cluster).map((peer) => ({
    ...peer,
    publicKey: secrets.keyPair(keyName(peer.node)).publicKey,
  }))
  const config = file({
    path: configPath(options),
    content: configText(address, options, pair.privateKey, peers),
    mode: '600',
    sensitive: true,
  })
  const drops = directory({ path: `/etc/systemd/system/${unitOf(options)}.d` })
  const made = file({
    path: `/etc/systemd/system/${unitOf(options)}.d/50-bramble.conf`,
    content: dropIn(cluster.name, interfaceLines(address, options)),
  })
  return [
    ...installed,
    folder,
    config,
    file({ path: PUBLIC_PATH, content: `${pair.publicKey}\n` }),
    drops,
    made,
    ...interfaceUp(options, installed, config, made),
  ]
}

function interfaceUp(
  options: WireguardOptions,
  installed: readonly Resource[],
  config: Resource,
  made: Resource,
): Resource[] {
  const up = service({
    name: unitOf(options),
    restartOn: [addressOf(made), ...installed.map(addressOf).filter((one) => one.includes('wireguard'))],
    reloadOn: [addressOf(config)],
    needs: installed.map(addressOf),
  })
  // The unit has done its work when the interface is made: it does not notice that a wireguard-go has died since, or a hand has taken it away.
  const anew = command({
    name: 'make the interface of the mesh anew where it is gone',
    run: ['systemctl', 'restart', unitOf(options)],
    unless: ['wg', 'show', options.interface, 'public-key'],
    needs: [addressOf(up)],
  })
  return [up, anew]
}

/** Settings of the unit, with what the interface is made with: when one of these changes it is made anew. */
function dropIn(cluster: string, lines: readonly string[]): string {
  return `[Unit]
Description=Mesh of ${cluster} (${lines.join(', ')})

[Service]
Restart=on-failure
RestartSec=5
`
}

/**
 * A full mesh without a daemon of its own: each node has all others as peers. Addresses are given out once and kept in the cluster lock, keys
 * are made by the controller. A new key is taken up by the node and its peers in one go, before anything else changes: see key-exchange.ts.
 */
const wireguard = defineRole({
  name: ROLE,
  summary: 'A mesh of WireGuard tunnels between its nodes, to which engines can be bound.',
  options: wireguardOptions,
  findings: ({ options, cluster }) => findings(options, cluster),
  allocations: ({ options: { network }, cluster }) => [
    {
      name: ADDRESSES,
      what: 'address on the mesh',
      holders: cluster.find(ROLE).map(({ name }) => name),
      values: () => addressesOf(network),
      has: (address) => isInRange(network, address),
      option: 'network',
    },
  ],
  network: ({ options, cluster }) => meshNetwork(options, cluster),
  provides: ({ options, cluster }) => [
    {
      name: ROLE,
      ports: [{ port: options.port, protocol: 'udp' }],
      // Whoever stands behind NAT comes from an address that nobody knows; WireGuard answers none but its peers.
      to: cluster.find(ROLE).some(({ name, via }) => via !== undefined || options.behind_nat.includes(name))
        ? 'everyone'
        : 'cluster',
    },
  ],
  secrets: ({ node }) => [keyPair(keyName(node.name), newPair, LOSS)],
  resources,
  gates: ({ options, node, secrets }) => [
    meshGate(node.name, options.interface, secrets.keyPair(keyName(node.name)).publicKey),
  ],
  status: ({ options, cluster }) => tunnelProbe({ options, cluster }),
  store: ({ options, cluster, secrets }) => keyExchange({ options, cluster, secrets }),
})

export default wireguard
