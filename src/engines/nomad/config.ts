/** The configuration of a server, as a value and as the text of its file. Pure: same input, same bytes. */
import { isIP } from 'node:net'
import { addressBeforePort } from '../autopilot/address-text.ts'
import { catalogOfServer } from './catalog.ts'
import { dialectOf } from './lines.ts'
import { API_PORT, GOSSIP_PORT, RPC_PORT, SERVER_FOLDER, tlsFiles } from './names.ts'
import type { ServerOptions } from './options.ts'
import type { Settings } from './settings.ts'
import type { NomadNode, Region } from './setup.ts'

/** TLS 1.2 with forward secrecy and authenticated encryption, for the P-256 keys of our certificates; TLS 1.3 has nothing else (RFC 8446). */
const CIPHER_SUITES = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
].join()

/** Where a node has a name only, the agent takes the address of its first network (hashicorp/go-sockaddr, "template"). */
export const OWN_ADDRESS = '{{ GetDefaultInterfaces | exclude "type" "IPv6" | limit 1 | attr "address" }}'

/**
 * The configuration of a server without its secrets: the gossip key is in `serf.keyring`, and no server holds a token.
 * JSON is HCL's other form, and the file is read in either (`command/agent/config_parse.go`).
 */
export function serverConfig(region: Region, node: NomadNode, options: ServerOptions): Settings {
  const address = isIP(node.address) > 0 ? node.address : OWN_ADDRESS
  const isOpen = region.uiNodes.includes(node.name) || region.watched
  return {
    name: node.name,
    region: region.name,
    datacenter: region.datacenter,
    data_dir: region.dataFolder,
    bind_addr: address,
    // The API is for whoever comes through the node, and for the network where somebody watches or looks.
    addresses: { http: isOpen ? `127.0.0.1 ${address}` : '127.0.0.1', rpc: address, serf: address },
    advertise: { http: address, rpc: address, serf: address },
    ports: { http: API_PORT, rpc: RPC_PORT, serf: GOSSIP_PORT },
    server: serverPart(region, node, options),
    autopilot: autopilotPart(region.servers.length),
    acl: { enabled: true },
    tls: tlsPart(SERVER_FOLDER),
    telemetry: { prometheus_metrics: true, publish_node_metrics: true, disable_hostname: true },
    ui: { enabled: region.uiNodes.includes(node.name) },
    consul: catalogOfServer(region.vouches),
    leave_on_interrupt: false,
    leave_on_terminate: false,
    disable_update_check: true,
    log_level: options.log_level.toUpperCase(),
  }
}

/** The text of a configuration file. */
export function configText(settings: Settings): string {
  return `${JSON.stringify(settings, null, 2)}\n`
}

/**
 * Gossip keys as serf itself writes them (two spaces, no newline at the end), so that the file is the same after a rotation.
 * The first one encrypts, all of them decrypt.
 */
export function keyringText(keys: readonly string[]): string {
  return JSON.stringify(keys, null, 2)
}

/** The history of finished work is kept short: all of it lies in the memory of every server. */
const HISTORY = {
  job_gc_threshold: '1h',
  eval_gc_threshold: '30m',
  deployment_gc_threshold: '30m',
  node_gc_threshold: '24h',
} as const

/**
 * How long a new leader waits for the clients that it knows. Nomad's five minutes are for thousands of them; here the client that is gone is most often
 * that of the leader before, on the same board. Each of the others is heard of within 20 seconds (`nomad/heartbeat.go`, `initializeHeartbeatTimers`).
 */
const FAILOVER_HEARTBEAT = '1m'

function serverPart(region: Region, node: NomadNode, options: ServerOptions): Settings {
  // Itself is never among them: a server that reaches only itself believes to have joined and stops trying.
  const others = region.servers.filter(({ name }) => name !== node.name)
  return {
    enabled: true,
    bootstrap_expect: region.servers.length,
    raft_multiplier: region.raftMultiplier,
    heartbeat_grace: options.heartbeat_grace,
    failover_heartbeat_ttl: FAILOVER_HEARTBEAT,
    rejoin_after_leave: true,
    ...(others.length > 0 && {
      server_join: {
        retry_join: others.map(({ address }) => `${addressBeforePort(address)}:${GOSSIP_PORT}`),
        retry_interval: '5s',
      },
    }),
    ...HISTORY,
    ...(dialectOf(region.version).raftBoltdb && { raft_boltdb: { no_freelist_sync: true } }),
  }
}

/**
 * Only the first server of a new region reads this from its file. Autopilot takes away who was replaced by another one, and never somebody
 * whose vote is missing when one more server dies.
 */
function autopilotPart(servers: number): Settings {
  return { cleanup_dead_servers: true, min_quorum: servers }
}

/**
 * Agents ask each other for a certificate, and a server is believed only under the name of one. The HTTP API asks for a token and no certificate,
 * as people reach it with a browser.
 */
export function tlsPart(folder: string): Settings {
  const { authority, certificate, key } = tlsFiles(folder)
  return {
    http: true,
    rpc: true,
    ca_file: authority,
    cert_file: certificate,
    key_file: key,
    verify_server_hostname: true,
    verify_https_client: false,
    tls_min_version: 'tls12',
    tls_cipher_suites: CIPHER_SUITES,
  }
}
