/** The role `nomad-client`: runs the work that the servers of Nomad give to a board. */
import { isIP } from 'node:net'
import { DOCKER_ROLE } from '../../engines/docker/names.ts'
import {
  CATALOG_AUTHORITY,
  catalogFolder,
  catalogRight,
  catalogSecret,
  registers,
} from '../../engines/nomad/catalog.ts'
import { boardFindings } from '../../engines/nomad/board-findings.ts'
import { clientGate } from '../../engines/nomad/client-gate.ts'
import { clientOptions, driversOf, type ClientOptions } from '../../engines/nomad/client-options.ts'
import { clientResources } from '../../engines/nomad/client-resources.ts'
import { rolesNomadCodes } from '../../engines/nomad/codes.ts'
import { nomadRelease } from '../../engines/nomad/lines.ts'
import {
  CLIENT_API_PORT,
  CLIENT_FOLDER,
  CLIENT_ROLE,
  CLIENT_UNIT,
  ENGINE,
  LOOPBACK_NAME,
  secretNames,
  SERVER_ROLE,
  tlsFiles,
  tlsName,
} from '../../engines/nomad/names.ts'
import { providedByClient } from '../../engines/nomad/provided.ts'
import { managementOf, networkOf, regionOf, serversOf, versionOf } from '../../engines/nomad/setup.ts'
import { serviceFindings } from '../../engines/nomad/services/service-findings.ts'
import { networkFindings } from '../../engines/network-findings.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { onNetwork } from '../../topology/network.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { SecretWish } from '../../wishes/secret-wish.ts'
import { authority, certificate, token } from '../../wishes/wishes.ts'
import { defineRole, type RoleFinding, type RoleWishContext } from '../role.ts'

const certificateName = (node: string): string => secretNames.certificate('client', node)
const namesOf = (nodes: readonly ClusterNode[]): string[] => nodes.map(({ name }) => name)

const driversOn = (options: ClientOptions, { roles }: ClusterNode) =>
  driversOf(options, roles.includes(DOCKER_ROLE))

/** With what is otherwise on this node. */
function optionsOn(cluster: Cluster, { name }: ClusterNode): ClientOptions | undefined {
  const use = cluster.usesOn(name).find(({ role }) => role === CLIENT_ROLE)
  return use?.options as ClientOptions | undefined
}

function wishes({ node, cluster }: RoleWishContext<ClientOptions>): readonly SecretWish[] {
  const servers = serversOf(cluster)
  const { name, fqdn, address } = onNetwork(node, networkOf(cluster, servers))
  return [
    authority(secretNames.authority, `Nomad of ${cluster.name}`),
    certificate({
      name: certificateName(name),
      authority: secretNames.authority,
      commonName: fqdn,
      dnsNames: [...new Set([name, fqdn, tlsName('client', servers.region), LOOPBACK_NAME])],
      ipAddresses: ['127.0.0.1', ...(isIP(address) > 0 ? [address] : [])],
    }),
    ...(registers(cluster, node) ? [token(catalogSecret(name))] : []),
  ]
}

function findings(options: ClientOptions, cluster: Cluster): readonly RoleFinding[] {
  const clients = cluster.find(CLIENT_ROLE)
  const withoutDocker = clients.filter(
    (node) => driversOn(options, node).includes('docker') && !node.roles.includes(DOCKER_ROLE),
  )
  return [
    ...(cluster.find(SERVER_ROLE).length === 0
      ? [{ diagnostic: rolesNomadCodes.NOMAD_CLIENT_WITHOUT_SERVER({}) }]
      : []),
    ...boardFindings(cluster, clients),
    ...networkFindings(cluster, serversOf(cluster).network, clients),
    ...serviceFindings(
      cluster,
      clients.map((node) => {
        const own = optionsOn(cluster, node) ?? options
        return { node, options: own, drivers: driversOn(own, node) }
      }),
    ),
    ...withoutDocker.map(({ name: node }) => ({
      diagnostic: rolesNomadCodes.NOMAD_DRIVER_WITHOUT_DOCKER({ node }),
      option: 'drivers',
    })),
  ]
}

/** A node that runs work. Version, region and network are those of the servers. */
const nomadClient = defineRole({
  name: CLIENT_ROLE,
  summary: 'A Nomad client: runs the work that the servers give to its board.',
  pace: 'one at a time',
  orchestrates: ENGINE,
  options: clientOptions,
  perNode: ['meta', 'host_volumes', 'drivers', 'chroot', 'reserved_memory', 'reserved_disk'],
  findings: ({ options, cluster }) => findings(options, cluster),
  // What runs knows of the folder in which it was started alone.
  settled: ({ options }) => [
    {
      what: "the folder of Nomad's clients",
      value: options.data_dir,
      path: ['roles', CLIENT_ROLE, 'data_dir'],
      keep: (before) => `write  data_dir: ${before}  under ${CLIENT_ROLE}`,
      carried: `work begins anew when ${CLIENT_ROLE} leaves the cluster file, and comes back to it after an apply`,
    },
  ],
  follows: ({ cluster }) => namesOf(cluster.find(SERVER_ROLE)),
  provides: ({ node, cluster }) => {
    const servers = serversOf(cluster)
    const right = registers(cluster, node) ? catalogRight(node.name) : undefined
    return providedByClient(regionOf(cluster, servers), servers.network, right)
  },
  secrets: wishes,
  certificates: ({ node }) => [
    {
      secret: certificateName(node.name),
      path: tlsFiles(CLIENT_FOLDER).certificate,
      port: CLIENT_API_PORT,
      name: LOOPBACK_NAME,
      authority: secretNames.authority,
      unit: CLIENT_UNIT,
    },
  ],
  releases: ({ node, cluster }) => [nomadRelease(versionOf(serversOf(cluster), cluster), node.architecture)],
  resources: ({ options, node, cluster, secrets, release }) => {
    const servers = serversOf(cluster)
    const network = networkOf(cluster, servers)
    const folder = registers(cluster, node) ? catalogFolder(cluster) : undefined
    return clientResources({
      region: regionOf(cluster, servers),
      node: onNetwork(node, network),
      options,
      drivers: driversOn(options, node),
      interface: network?.interface,
      release: release(nomadRelease(versionOf(servers, cluster), node.architecture)),
      authorityPem: secrets.authority(secretNames.authority).certificatePem,
      certificate: secrets.certificate(certificateName(node.name)),
      registers: folder !== undefined,
      ...(folder !== undefined && {
        catalog: {
          authorityPem: secrets.authority(CATALOG_AUTHORITY).certificatePem,
          secretId: secrets.token(catalogSecret(node.name)).secretId,
          folder,
        },
      }),
    })
  },
  gates: ({ options, node, cluster, secrets }) => [
    clientGate({
      node: node.name,
      drivers: driversOn(options, node),
      servers: namesOf(cluster.find(SERVER_ROLE)),
      access: managementOf(secrets),
    }),
  ],
})

export default nomadClient
