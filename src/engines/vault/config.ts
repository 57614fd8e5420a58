/** The configuration of a server, as a value and as the text of its file. Pure: same input, same bytes. */
import { isIP } from 'node:net'
import { addressBeforePort } from '../autopilot/address-text.ts'
import { API_PORT as CONSUL_PORT, LOOPBACK_NAME as CONSUL_NAME } from '../consul/names.ts'
import { API_PORT, CLUSTER_PORT, consulFiles, tlsFiles } from './names.ts'
import { apiAddress, clusterAddress, type Group, type VaultNode } from './setup.ts'

/** A JSON object. */
export type Settings = Readonly<Record<string, unknown>>

/** TLS 1.2 with forward secrecy and authenticated encryption, for the P-256 keys of our certificates; TLS 1.3 has nothing else (RFC 8446). */
const CIPHER_SUITES = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
].join()

/** Where a node has a name only, the server takes the address of its first network (hashicorp/go-sockaddr, "template"). */
const OWN_ADDRESS = '{{ GetDefaultInterfaces | exclude "type" "IPv6" | limit 1 | attr "address" }}'

/** The folder that the consensus writes to, inside the folder of the data. */
export function raftFolder(dataFolder: string): string {
  return `${dataFolder}/raft`
}

/**
 * The configuration of a server; no secret is in it. Nobody is told of the others: who joins whom is decided by an apply, one after the
 * other, so a server that is added changes no other. Without a `node_id` Vault gives each new folder of data an id of its own, so a new card
 * is a new member (`physical/raft/config.go`).
 */
export function serverConfig(group: Group, node: VaultNode): Settings {
  const address = isIP(node.address) > 0 ? addressBeforePort(node.address) : OWN_ADDRESS
  const { options } = group
  return {
    cluster_name: group.cluster,
    storage: storageOf(group),
    listener: [
      { tcp: listener('127.0.0.1') },
      {
        tcp: {
          ...listener(address),
          ...(group.watched && { telemetry: { unauthenticated_metrics_access: true } }),
        },
      },
    ],
    api_addr: apiAddress(node),
    cluster_addr: `https://${clusterAddress(node)}`,
    // The consensus maps its whole database into memory, which must not be locked there (its maker's page "Integrated storage"). The unit
    // keeps it out of the swap.
    disable_mlock: true,
    ui: options.ui,
    telemetry: { prometheus_retention_time: '24h', disable_hostname: true },
    log_level: options.log_level,
  }
}

/** All of its values are texts (`command/server/config.go`). Whatever lies in Consul is also registered there, by Vault itself. */
function storageOf({ options, dataFolder, raftMultiplier }: Group): Settings {
  return options.storage === 'raft'
    ? { raft: { path: raftFolder(dataFolder), performance_multiplier: String(raftMultiplier) } }
    : { consul: consulStorage(options.consul_path) }
}

/**
 * Through the agent of the node, over TLS. The token stands in no configuration: Consul's client takes it from the file that
 * `CONSUL_HTTP_TOKEN_FILE` names (`api.go` of hashicorp/consul/api 1.32.1, `NewClient`).
 */
export function consulStorage(path: string): Settings {
  return {
    address: `${CONSUL_NAME}:${CONSUL_PORT}`,
    scheme: 'https',
    path,
    tls_ca_file: consulFiles.authority,
  }
}

function listener(address: string): Settings {
  return {
    address: `${address}:${API_PORT}`,
    cluster_address: `${address}:${CLUSTER_PORT}`,
    tls_cert_file: tlsFiles.certificate,
    tls_key_file: tlsFiles.key,
    tls_min_version: 'tls12',
    tls_cipher_suites: CIPHER_SUITES,
    // Who asks shows a token.
    tls_disable_client_certs: true,
  }
}

/** The text of a configuration file. */
export function configText(settings: Settings): string {
  return `${JSON.stringify(settings, null, 2)}\n`
}
