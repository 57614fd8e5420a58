/** The role `nomad-server`: knows which work is to run on which board, by majority. */
import { isIP } from 'node:net'
import { serverAt } from '../../engines/autopilot/address-text.ts'
import { nomadDrain } from '../../engines/nomad/drain.ts'
import { nomadGroup } from '../../engines/nomad/group.ts'
import { keyringShelf } from '../../engines/nomad/keyring.ts'
import { NOMAD_LINES, nomadRelease } from '../../engines/nomad/lines.ts'
import {
  API_PORT,
  CLIENT_ROLE,
  ENGINE,
  LOOPBACK_NAME,
  secretNames,
  SERVER_FOLDER,
  SERVER_ROLE,
  SERVER_UNIT,
  tlsFiles,
  tlsName,
} from '../../engines/nomad/names.ts'
import { nodesShelf } from '../../engines/nomad/nodes-shelf.ts'
import { nomadStore } from '../../engines/nomad/nomad-store.ts'
import { serverOptions, type ServerOptions } from '../../engines/nomad/options.ts'
import { providedByServer } from '../../engines/nomad/provided.ts'
import { serverGate } from '../../engines/nomad/returned.ts'
import { serverResources } from '../../engines/nomad/server-resources.ts'
import {
  managementOf,
  networkOf,
  nodesOn,
  regionOf,
  versionOf,
  wantedVersion,
} from '../../engines/nomad/setup.ts'
import { nomadProbe } from '../../engines/nomad/status.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { onNetwork } from '../../topology/network.ts'
import type { SecretWish } from '../../wishes/secret-wish.ts'
import { authority, certificate, gossipKey, token } from '../../wishes/wishes.ts'
import { defineRole, type RoleWishContext } from '../role.ts'
import { serverFindings } from './findings.ts'
import { settledValues } from './settled.ts'

const clientsOf = (cluster: Pick<Cluster, 'find'>): readonly string[] =>
  cluster.find(CLIENT_ROLE).map(({ name }) => name)
const certificateName = (node: string): string => secretNames.certificate('server', node)

function wishes({ options, node, cluster }: RoleWishContext<ServerOptions>): readonly SecretWish[] {
  const { name, fqdn, address } = onNetwork(node, networkOf(cluster, options))
  return [
    authority(secretNames.authority, `Nomad of ${cluster.name}`),
    gossipKey(secretNames.gossip),
    token(
      secretNames.management,
      'apply starts Nomad’s access rules anew on the leader; tokens and rules stay, the lost token ends',
    ),
    certificate({
      name: certificateName(name),
      authority: secretNames.authority,
      commonName: fqdn,
      dnsNames: [...new Set([name, fqdn, tlsName('server', options.region), LOOPBACK_NAME])],
      ipAddresses: ['127.0.0.1', ...(isIP(address) > 0 ? [address] : [])],
    }),
  ]
}

/**
 * A server of Nomad. Changes go one server at a time, the leader last, and only while one more may be lost; the first token for management and
 * the gossip keys are converged through one server after all nodes.
 */
const nomadServer = defineRole({
  name: SERVER_ROLE,
  summary: 'A Nomad server: decides which board runs which work, and keeps that by majority.',
  options: serverOptions,
  findings: ({ options, cluster, nodes }) => serverFindings(options, cluster, nodes),
  settled: ({ options, cluster }) => settledValues(options, networkOf(cluster, options)),
  provides: ({ options, node, cluster }) =>
    providedByServer(regionOf(cluster, options), node.name, options.network),
  secrets: wishes,
  certificates: ({ node }) => [
    {
      secret: certificateName(node.name),
      path: tlsFiles(SERVER_FOLDER).certificate,
      port: API_PORT,
      name: LOOPBACK_NAME,
      authority: secretNames.authority,
      unit: SERVER_UNIT,
    },
  ],
  releases: ({ options, node, cluster }) => [nomadRelease(versionOf(options, cluster), node.architecture)],
  resources: ({ options, node, cluster, secrets, release }) =>
    serverResources({
      region: regionOf(cluster, options),
      node: onNetwork(node, networkOf(cluster, options)),
      options,
      release: release(nomadRelease(versionOf(options, cluster), node.architecture)),
      authorityPem: secrets.authority(secretNames.authority).certificatePem,
      certificate: secrets.certificate(certificateName(node.name)),
      gossipKeys: secrets.gossipKeys(secretNames.gossip),
    }),
  group: ({ options, cluster, secrets }) =>
    nomadGroup({
      region: regionOf(cluster, options),
      nodes: nodesOn(networkOf(cluster, options), cluster.nodes),
      access: managementOf(secrets),
    }),
  // Said here, for all nodes: one that is to run no more work has no client to say it.
  drains: ({ cluster, nodes, secrets }) =>
    cluster.nodes.map(({ name }) =>
      nomadDrain(
        {
          servers: nodes.map((server) => server.name),
          clients: clientsOf(cluster),
          access: managementOf(secrets),
        },
        name,
      ),
    ),
  gates: ({ options, node, cluster, secrets }) => [
    serverGate(node.name, regionOf(cluster, options), managementOf(secrets)),
  ],
  store: ({ options, cluster, secrets }) => {
    const { servers, dataFolder } = regionOf(cluster, options)
    return nomadStore({
      access: managementOf(secrets),
      dataFolder,
      serverAt: (address) => serverAt(servers, address),
      servers: servers.map(({ name }) => name),
      shelves: [
        keyringShelf(secrets.gossipKeys(secretNames.gossip)),
        nodesShelf({
          nodes: cluster.nodes.map(({ name }) => name),
          clients: clientsOf(cluster),
        }),
      ],
    })
  },
  version: ({ options, cluster, nodes }) => {
    const wanted = wantedVersion(options, cluster)
    return {
      engine: ENGINE,
      lines: NOMAD_LINES,
      ...(wanted !== undefined && { wanted }),
      ...(options.version !== undefined && { statedBy: 'version' }),
      isAccepted: options.unmaintained === 'accepted',
      nodes: nodes.map(({ name }) => name),
    }
  },
  status: ({ options, cluster, secrets }) =>
    nomadProbe({ region: regionOf(cluster, options), clients: clientsOf(cluster) }, managementOf(secrets)),
})

export default nomadServer
