/**
 * Consul for the work of Nomad: which clients register what they run, and how Consul knows whose that is. Nomad and Consul start without each other;
 * a client looks for Consul again until it is there.
 */
import type { Cluster } from '../../topology/cluster.ts'
import type { ProvidedIdentities } from '../../topology/identities.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { ConsulRight } from '../../topology/provided.ts'
import { SERVER_ROLE as CONSUL_SERVER } from '../consul/datacenter.ts'
import { hasAgent } from '../consul/dns-zones.ts'
import {
  API_PORT as CONSUL_API,
  ENGINE as CONSUL,
  LOOPBACK_NAME,
  secretNames as consulSecrets,
} from '../consul/names.ts'
import type { ServerOptions } from '../consul/options.ts'
import {
  API_PORT,
  CLIENT_API_PORT,
  CLIENT_FOLDER,
  CLIENT_ROLE,
  END_NAMES,
  secretNames,
  SERVER_ROLE,
} from './names.ts'
import type { Settings } from './settings.ts'

/** The store that is made before jobs: what logs in finds a way in. */
export { CONSUL }

type View = Pick<Cluster, 'find'>

/** For whom the tokens of work are made (Nomad's and Consul's word for the same). */
const AUDIENCE = 'consul.io'
/** A client renews them before they end; Consul looks at one when work logs in. */
const IDENTITY = { aud: [AUDIENCE], ttl: '1h' } as const
/** What Nomad logs work in with where nothing else is said (`service_auth_method`, `task_auth_method`). */
const METHOD = 'nomad-workloads'

/** The secret of the Consul that a client believes. */
export const CATALOG_AUTHORITY = consulSecrets.authority
/** The same, as a file of the client. */
export const CATALOG_AUTHORITY_FILE = `${CLIENT_FOLDER}/consul-ca.pem`
/** The client's token for Consul, apart from what everybody on the node may read. */
export const CATALOG_TOKEN_FILE = `${CLIENT_FOLDER}/consul.json`

/** Name of the secret with a client's token for Consul. */
export function catalogSecret(node: string): string {
  return `nomad/consul/${node}`
}

/**
 * The right of a client to see which Consul its node has, and to take services out of the catalog. Consul gives the latter for all services of a name
 * or of a prefix only, and what work will be called is not known beforehand; services are registered with the tokens of the work itself.
 */
export function catalogRight(node: string): ConsulRight {
  return {
    secret: catalogSecret(node),
    name: `nomad-${node}`,
    rules: `agent "${node}" { policy = "read" }\nservice_prefix "" { policy = "write" }\n`,
  }
}

/** Nobody is looked for in Consul, and no agent registers itself: servers and clients are told each other's addresses, and `bramble status` asks them. */
const ALONE: Settings = { auto_advertise: false, server_auto_join: false, client_auto_join: false }

/** What the configuration of a server says of Consul. */
export function catalogOfServer(doesVouch: boolean): Settings {
  return doesVouch ? { ...ALONE, service_identity: IDENTITY, task_identity: IDENTITY } : ALONE
}

/** What that of a client says: the agent of its own node, which shows who it is before it is told a token. */
export function catalogOfClient(doesRegister: boolean): Settings {
  if (!doesRegister) return ALONE
  return {
    ...ALONE,
    address: `${LOOPBACK_NAME}:${CONSUL_API}`,
    ssl: true,
    verify_ssl: true,
    ca_file: CATALOG_AUTHORITY_FILE,
  }
}

/** What takes the names of its work out of the agent of its node, with the folder of that one's state. */
export function endOfNames(folder: string): readonly string[] {
  return [
    END_NAMES,
    folder,
    CATALOG_TOKEN_FILE,
    `https://${LOOPBACK_NAME}:${CONSUL_API}`,
    CATALOG_AUTHORITY_FILE,
  ]
}

/** Folder of the state of Consul's agents. */
export function catalogFolder(cluster: Pick<Cluster, 'options'>): string | undefined {
  return cluster.options<ServerOptions>(CONSUL_SERVER)?.data_dir
}

/** The part of it that is a secret. */
export function catalogTokenSettings(secretId: string): Settings {
  return { consul: { token: secretId } }
}

/** Whether the client of a node registers what it runs. */
export function registers(cluster: View, node: Pick<ClusterNode, 'roles'>): boolean {
  return hasAgent(node) && node.roles.includes(CLIENT_ROLE) && keysPort(cluster) !== undefined
}

/** The clients that do. */
export function registering(cluster: View): readonly ClusterNode[] {
  return cluster.find(CLIENT_ROLE).filter((node) => registers(cluster, node))
}

/** Whether servers make tokens by which Consul knows work. */
export function vouches(cluster: View): boolean {
  return registering(cluster).length > 0
}

/** How Consul knows the work; the same from each server. */
export function identitiesOf(cluster: View): ProvidedIdentities | undefined {
  const port = keysPort(cluster)
  if (port === undefined || !vouches(cluster)) return undefined
  return {
    name: METHOD,
    keys: `https://127.0.0.1:${port}/.well-known/jwks.json`,
    authority: secretNames.authority,
    audience: AUDIENCE,
    algorithms: ['RS256'],
    claims: ['nomad_namespace', 'nomad_job_id', 'nomad_task', 'nomad_service'],
    service: 'nomad_service',
  }
}

/** The servers of Consul on whose nodes nobody knows the keys of Nomad. */
export function strangers(cluster: View): readonly ClusterNode[] {
  return keysPort(cluster) === undefined ? cluster.find(CONSUL_SERVER) : []
}

/**
 * Port at which each server of Consul finds an agent of Nomad on its own node: an address that lives as long as it does, whoever leaves or is down.
 * Servers and clients answer alike; undefined where neither of them is beside all servers of Consul.
 */
function keysPort(cluster: View): number | undefined {
  const servers = cluster.find(CONSUL_SERVER)
  const allHave = (role: string): boolean => servers.every(({ roles }) => roles.includes(role))
  if (servers.length === 0) return undefined
  if (allHave(SERVER_ROLE)) return API_PORT
  return allHave(CLIENT_ROLE) ? CLIENT_API_PORT : undefined
}
