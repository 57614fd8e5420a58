/** The role `nomad-server`: knows which work is to run on which board, by majority. */
import { isIP } from 'node:net'
import { serverAt } from '../../engines/autopilot/address-text.ts'
import { CONSUL, identitiesOf, vouches } from '../../engines/nomad/catalog.ts'
import { nomadDrain } from '../../engines/nomad/drain.ts'
import { nomadGroup } from '../../engines/nomad/group.ts'
import { jobFiles, jobWishes } from '../../engines/nomad/jobs/job-options.ts'
import { jobsShelf } from '../../engines/nomad/jobs/jobs-shelf.ts'
import { keyringShelf } from '../../engines/nomad/keyring.ts'
import { dialectOf, NOMAD_LINES, nomadRelease } from '../../engines/nomad/lines.ts'
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
import { secretsShelf } from '../../engines/nomad/services/secrets-shelf.ts'
import { serviceJobFiles, serviceSecrets } from '../../engines/nomad/services/service-jobs.ts'
import { serviceRunner } from '../../engines/nomad/services/service-runner.ts'
import { SNAPSHOT_OFFER, snapshotResources } from '../../engines/nomad/snapshot.ts'
import { snapshotShelf } from '../../engines/nomad/snapshot-shelf.ts'
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

/** Whether somebody keeps the backups of a server, and Nomad has a right for that: only then there is a token for it. */
function isSaved(options: ServerOptions, cluster: Cluster): boolean {
  const isKept = cluster.find(SERVER_ROLE).some(({ name }) => cluster.keeper(name) !== undefined)
  return isKept && dialectOf(versionOf(options, cluster)).snapshotRight
}

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
  findings: serverFindings,
  settled: ({ options, cluster }) => settledValues(options, networkOf(cluster, options)),
  provides: ({ options, node, cluster }) =>
    providedByServer(regionOf(cluster, options), {
      node: node.name,
      network: options.network,
      identities: identitiesOf(cluster),
    }),
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
  files: jobWishes,
  offers: ({ options, cluster }) => (isSaved(options, cluster) ? [SNAPSHOT_OFFER] : []),
  needs: ({ options, node, cluster }) =>
    isSaved(options, cluster) && cluster.keeper(node.name) ? [SNAPSHOT_OFFER.name] : [],
  releases: ({ options, node, cluster }) => [nomadRelease(versionOf(options, cluster), node.architecture)],
  resources: ({ options, node, cluster, secrets, release }) => [
    ...serverResources({
      region: regionOf(cluster, options),
      node: onNetwork(node, networkOf(cluster, options)),
      options,
      release: release(nomadRelease(versionOf(options, cluster), node.architecture)),
      authorityPem: secrets.authority(secretNames.authority).certificatePem,
      certificate: secrets.certificate(certificateName(node.name)),
      gossipKeys: secrets.gossipKeys(secretNames.gossip),
    }),
    ...(isSaved(options, cluster) && cluster.keeper(node.name)
      ? snapshotResources(secrets.fromOffer(SNAPSHOT_OFFER.name))
      : []),
  ],
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
  store: ({ options, cluster, secrets, file }) => {
    const { servers, dataFolder, datacenter } = regionOf(cluster, options)
    const services = serviceJobFiles(cluster, datacenter)
    const kept = serviceSecrets(cluster)
    return nomadStore({
      ...(vouches(cluster) && { after: [CONSUL] }),
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
        snapshotShelf({
          isWanted: isSaved(options, cluster),
          kept: isSaved(options, cluster) ? secrets.offered(SNAPSHOT_OFFER.name) : undefined,
        }),
        secretsShelf(kept),
        jobsShelf({
          cluster: cluster.name,
          region: options.region,
          files: [...jobFiles(options, file), ...services],
        }),
      ],
      // The first token, the gossip keys and the nodes.
      size: 3 + (isSaved(options, cluster) ? 2 : 0) + options.jobs.length + services.length + kept.length,
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
  services: ({ nodes, secrets }) =>
    serviceRunner(
      nodes.map(({ name }) => name),
      managementOf(secrets),
    ),
  status: ({ options, cluster, secrets }) =>
    nomadProbe({ region: regionOf(cluster, options), clients: clientsOf(cluster) }, managementOf(secrets)),
})

export default nomadServer
