/** Opens the way to the nodes of a cluster, or to their twins in the lab. */
import { join } from 'node:path'
import { openTransport, type Dial, type Transport } from '../delivery/transport/transport.ts'
import { ensureRuntimeFolder } from './cluster-folder.ts'
import type { OpenedCluster } from './open.ts'

/** What connecting may ask for. */
export interface ConnectOptions {
  /** Asked once, when sudo on the nodes wants a password. */
  readonly sudoPassword?: (() => Promise<string>) | undefined
}

/** How each node is reached, from the cluster file or, in the lab, from the addresses of the virtual nodes. */
export function dialsOf(cluster: OpenedCluster): Dial[] {
  const { file, twin } = cluster.source
  return Object.entries(file.nodes).map(([node, entry]): Dial => {
    const user = entry.user ?? file.access.user
    const sudo = user === 'root' ? 'none' : file.access.sudo
    if (twin) {
      return {
        node,
        host: twin.get(node) ?? entry.address ?? node,
        port: 22,
        user: file.access.user,
        sudo: file.access.user === 'root' ? 'none' : 'nopasswd',
        identityFile: cluster.paths.labKeyFile,
        ...(entry.via !== undefined && file.nodes[entry.via] && { via: entry.via }),
      }
    }
    return {
      node,
      host: entry.address ?? node,
      port: entry.port ?? file.access.port,
      user,
      sudo,
      ...(entry.via !== undefined && { via: entry.via }),
    }
  })
}

/** Opens the transport. Connects to nobody yet; the caller closes it. */
export async function connect(cluster: OpenedCluster, options: ConnectOptions = {}): Promise<Transport> {
  await ensureRuntimeFolder(cluster.paths)
  return openTransport({
    folder: join(cluster.paths.runtimeFolder, 'ssh'),
    knownHostsFile: cluster.paths.knownHostsFile,
    dials: dialsOf(cluster),
    ...(options.sudoPassword && { sudoPassword: options.sudoPassword }),
    userConfig: !cluster.lab,
    fastKeyExchange: cluster.lab,
  })
}
