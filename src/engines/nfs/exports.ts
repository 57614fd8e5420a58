/** Which folders are shared in a cluster, by whom and with whom. Pure. */
import type { LocalAddress } from '../../resources/kind.ts'
import { onNetwork } from '../../topology/network.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { SERVER_ROLE, VOLUME_ROLE } from './names.ts'
import type { ServerOptions, SharedFolder, VolumeOptions } from './options.ts'

/** A shared folder and the node that has it. */
export interface Export extends SharedFolder {
  readonly name: string
  readonly server: ClusterNode
  readonly network: string | undefined
}

/** All of them; a name that is there twice is told as a mistake. */
export function exportsOf(cluster: Cluster): readonly Export[] {
  return cluster.uses<ServerOptions>(SERVER_ROLE).flatMap(({ options, nodes }) =>
    nodes.flatMap((server) =>
      Object.entries(options.exports).map(([name, folder]) => ({
        ...folder,
        name,
        server,
        network: options.network,
      })),
    ),
  )
}

/** A folder with where it is mounted. */
export interface Mounted extends Export {
  readonly at: string
}

/** What a node mounts of this use, the unknown left out. */
export function mountsOf({ volumes }: VolumeOptions, cluster: Cluster): readonly Mounted[] {
  const all = exportsOf(cluster)
  return Object.entries(volumes).flatMap(([name, at]) => {
    const found = all.find((one) => one.name === name)
    return found ? [{ ...found, at }] : []
  })
}

/** Where the disk of a folder is mounted on its server. */
export function diskAt({ path, mounted_at: at }: SharedFolder): string {
  return at ?? path
}

/** Whether its server makes the folder: one that lies on a disk which the server mounts, and is not the whole of it. */
export function hasFolder(one: SharedFolder): boolean {
  return one.disk !== undefined && one.path !== diskAt(one)
}

/** The folder on its server, as a resource. */
export function folderAddress({ path }: SharedFolder): LocalAddress {
  return `directory:${path}`
}

/** Where a node is reached for this folder. */
export function addressFor(
  node: ClusterNode,
  network: string | undefined,
  cluster: Pick<Cluster, 'network'>,
): string {
  const { address } = onNetwork(node, network === undefined ? undefined : cluster.network(network))
  return address.includes(':') ? `[${address}]` : address
}

/** The nodes that mount a folder from another one. */
export function clientsOf(name: string, server: string, cluster: Cluster): readonly ClusterNode[] {
  const found = cluster
    .uses<VolumeOptions>(VOLUME_ROLE)
    .flatMap(({ options, nodes }) => (Object.hasOwn(options.volumes, name) ? nodes : []))
  return [...new Set(found)].filter((node) => node.name !== server)
}
