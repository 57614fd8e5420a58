/** Opens the way to the nodes of a cluster, or to their twins in the lab. */
import { dirname, join, resolve } from 'node:path'
import type { NodeEntry } from '../cluster-file/node-schema.ts'
import { openTransport, type Dial, type Transport } from '../delivery/transport/transport.ts'
import { secondsIn } from '../cluster-file/forms.ts'
import { labCodes } from '../diagnostics/catalogue/lab.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { homeFolder } from '../support/home-folder.ts'
import type { OpenedCluster } from './open.ts'
import { sudoPasswords } from './secrets/sudo-passwords.ts'
import { workingFolder } from './folder/working-folder.ts'

/** What connecting may ask for. */
export interface ConnectOptions {
  /** Asked once, when sudo on a node wants a password that is not among the secrets. */
  readonly sudoPassword?: (() => Promise<string>) | undefined
  /** Private folder to work in; found by itself when left out, for somebody who only looks. */
  readonly workingFolder?: string
  /** How long a hop may take to let us in; 10 when left out. */
  readonly connectSeconds?: number
}

/** How each node is reached, from the cluster file or, in the lab, from the addresses of the virtual nodes. */
export function dialsOf(cluster: OpenedCluster): Dial[] {
  const { file, twin } = cluster.source
  if (twin) requireTwin(cluster.name, Object.keys(file.nodes), twin)
  return Object.entries(file.nodes).map(([node, entry]): Dial => {
    const user = entry.user ?? file.access.user
    const { identity_file: identityFile = file.access.identity_file } = entry
    if (twin) {
      return {
        node,
        host: twin.get(node) as string,
        port: 22,
        user,
        sudo: user === 'root' ? 'none' : 'nopasswd',
        identityFile: cluster.paths.labKeyFile,
        ...(entry.via !== undefined && file.nodes[entry.via] && { via: entry.via }),
      }
    }
    return {
      node,
      host: entry.address ?? node,
      port: entry.port ?? file.access.port,
      user,
      ...(entry.user !== undefined && { userKey: `nodes.${node}.user` }),
      ...(identityFile !== undefined && { identityFile: keyFile(identityFile, cluster.source.path) }),
      sudo: user === 'root' ? 'none' : sudoOn(entry, file.access),
      ...(entry.via !== undefined && { via: entry.via }),
    }
  })
}

/** What a node says of sudo counts before what all say; whoever gives a password says that one is asked for. */
function sudoOn(...says: readonly Pick<NodeEntry, 'sudo' | 'sudo_password'>[]): 'nopasswd' | 'password' {
  const own = says.find((one) => one.sudo !== undefined || one.sudo_password !== undefined)
  return own?.sudo ?? (own === undefined ? 'nopasswd' : 'password')
}

function keyFile(path: string, clusterFile: string): string {
  return resolve(dirname(clusterFile), path.replace(/^~(?=\/)/, homeFolder()))
}

/** Without its twin no node is reached at all: the address of the board is never a way out. */
function requireTwin(cluster: string, nodes: readonly string[], twin: ReadonlyMap<string, string>): void {
  const missing = nodes.filter((node) => !twin.has(node))
  if (missing.length === 0) return
  throw new DiagnosticsError([labCodes.LAB_NOT_UP({ cluster, nodes: twin.size === 0 ? [] : missing })])
}

/** How long connections are kept, in seconds: never less than one, which ssh takes for ever. */
function keepSeconds({ source }: OpenedCluster): number {
  const { keep_connections: keep } = source.file.access
  return keep === undefined ? 0 : Math.max(1, Math.round(secondsIn(keep)))
}

/** An emulated processor takes long for a key exchange, longer beside other work; for all others the usual time. */
const EMULATED_CONNECT_SECONDS = 60

function connectSecondsOf({ lab, resolved }: OpenedCluster): number | undefined {
  const isEmulated = lab && resolved.cluster.nodes.some(({ sharesKernel }) => !sharesKernel)
  return isEmulated ? EMULATED_CONNECT_SECONDS : undefined
}

/** Opens the transport. Connects to nobody yet; the caller closes it. */
export function connect(cluster: OpenedCluster, options: ConnectOptions = {}): Transport {
  const connectTimeoutSeconds = connectSecondsOf(cluster) ?? options.connectSeconds
  return openTransport({
    folder: join(options.workingFolder ?? workingFolder(cluster.paths, 'look'), 'ssh'),
    knownHostsFile: cluster.paths.knownHostsFile,
    dials: dialsOf(cluster),
    sudoPassword: sudoPasswords(cluster, options.sudoPassword),
    ...(connectTimeoutSeconds !== undefined && { connectTimeoutSeconds }),
    userConfig: !cluster.lab,
    fastKeyExchange: cluster.lab,
    keepSeconds: keepSeconds(cluster),
  })
}

/** For callers that only need a connection for a moment. */
export async function withTransport<T>(
  cluster: OpenedCluster,
  work: (transport: Transport) => Promise<T>,
): Promise<T> {
  const transport = connect(cluster)
  try {
    return await work(transport)
  } finally {
    await transport.close()
  }
}
