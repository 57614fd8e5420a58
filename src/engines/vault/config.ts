/** The configuration of a server, as a value and as the text of its file. Pure: same input, same bytes. */
import { isIP } from 'node:net'
import { addressBeforePort } from '../autopilot/address-text.ts'
import { API_PORT, CLUSTER_PORT, tlsFiles } from './names.ts'
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
    storage: {
      // All of its values are texts (`command/server/config.go`).
      raft: {
        path: raftFolder(group.dataFolder),
        performance_multiplier: String(group.raftMultiplier),
      },
    },
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
