/** The configuration of an agent, as a value and as the text of its file. Pure: same input, same bytes. */
import { addressBeforePort } from '../autopilot/address-text.ts'
import { bindAddress } from './bind-address.ts'
import { API_PORT, CONFIG_FOLDER, DNS_PORT, HTTP_PORT, TLS_FOLDER } from './names.ts'
import type { Agent, Datacenter } from './setup.ts'
import { dialectOf } from './version.ts'

/** A JSON object. */
export type Settings = Readonly<Record<string, unknown>>

/** Paths of the three certificate files. */
export const tlsFiles = {
  authority: `${TLS_FOLDER}/ca.pem`,
  certificate: `${TLS_FOLDER}/agent.pem`,
  key: `${TLS_FOLDER}/agent-key.pem`,
} as const

/** Time after which metrics that nobody fetched are dropped; Prometheus asks every 15 to 60 seconds. */
const METRICS_RETENTION = '5m'

/**
 * How long a client believes what it was told of a token. Consul before 1.15 also believes for so long that a token does not exist
 * (`fetchAndCacheIdentityFromToken`), and half a minute of that is too long for a token that was made a moment ago.
 */
const TOKEN_TTL = '5s'

/**
 * Serf forgets a member that was gone for this long, three days unless told, and Consul then takes a server out of the
 * consensus, whatever `min_quorum` says. A board that broke down is mended within a year, or taken out of the cluster file.
 */
const SERVER_FORGOTTEN_AFTER = '8760h'

/**
 * Whoever comes over the network may look and not touch, whatever the token: one that was stolen on a node would otherwise register
 * services and checks with the agent that has the web interface, and let it fetch any address.
 */
const LOOPBACK = ['127.0.0.0/8', '::1/128']

/** TLS 1.2 with forward secrecy and authenticated encryption, for the P-256 keys of our certificates; TLS 1.3 has nothing else (RFC 8446). */
const CIPHER_SUITES = [
  'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
  'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
].join()

/**
 * The configuration of an agent without its secrets. The gossip key is not in it (it is in `serf/local.keyring`), and the
 * tokens have a file of their own.
 */
export function agentConfig(agent: Agent): Settings {
  const { datacenter, node, options } = agent
  const config: Settings = {
    node_name: node.name,
    node_meta: nodeMeta(agent),
    datacenter: datacenter.name,
    domain: `${datacenter.domain}.`,
    data_dir: datacenter.dataFolder,
    bind_addr: bindAddress(agent),
    client_addr: '127.0.0.1',
    ...joining(agent),
    ...(agent.role === 'server' && serverPart(datacenter)),
    ...endpoints(agent),
    ...tlsPart(agent),
    acl: {
      enabled: true,
      default_policy: 'deny',
      down_policy: 'extend-cache',
      token_ttl: TOKEN_TTL,
      enable_token_persistence: true,
    },
    leave_on_terminate: false,
    skip_leave_on_interrupt: true,
    rejoin_after_leave: true,
    disable_update_check: true,
    disable_remote_exec: true,
    enable_local_script_checks: true,
    connect: { enabled: false },
    ...(dialectOf(datacenter.version).peering && { peering: { enabled: false } }),
    http_config: { allow_write_http_from: LOOPBACK },
    dns_config: { allow_stale: true, node_ttl: '5s', service_ttl: { '*': '5s' }, only_passing: true },
    ...(options.recursors !== undefined && { recursors: options.recursors }),
    telemetry: { prometheus_retention_time: METRICS_RETENTION, disable_hostname: true },
    log_level: (options.log_level ?? 'info').toUpperCase(),
  }
  return merged(config, options.settings)
}

/** The text of a configuration file. */
export function configText(settings: Settings): string {
  return `${JSON.stringify(settings, null, 2)}\n`
}

/**
 * The token of an agent, byte for byte as it writes it itself (`acl.enable_token_persistence`): it is loaded when the agent starts
 * and with every reload, and wins over one of a configuration file, so there is none. There is no `default` token, nor one for the
 * services of configuration files: an agent lends those to whoever comes without a token. Each service has one of its own.
 */
export function tokenText(secretId: string): string {
  return JSON.stringify({ agent: secretId })
}

/**
 * Gossip keys as serf itself writes them (two spaces, no newline at the end), so that the file is the same after a rotation.
 * The first one encrypts, all of them decrypt.
 */
export function keyringText(keys: readonly string[]): string {
  return JSON.stringify(keys, null, 2)
}

/**
 * What `consul validate` reads after the real file where the address depends on an interface that may not be there yet:
 * a VPN that another role starts. Undefined when the real file can be checked as it is.
 */
export function validationConfig(agent: Agent): Settings | undefined {
  if (!bindAddress(agent).includes('{{')) return undefined
  return { bind_addr: '127.0.0.1', addresses: { https: '127.0.0.1' } }
}

/** Board and labels; what the user wrote as a label wins. Consul's DNS, catalog and prepared queries can select by it. */
function nodeMeta({ node }: Agent): Readonly<Record<string, string>> {
  return {
    fqdn: node.fqdn,
    model: node.board.model,
    architecture: node.board.architecture,
    ...Object.fromEntries(node.board.has.map((label) => [`has-${label}`, 'true'])),
    ...node.board.labels,
  }
}

/** Itself is never among the addresses to join: a server that reaches only itself believes to have joined and stops trying. */
function joining({ datacenter, node }: Agent): Settings {
  const others = datacenter.servers.filter(({ name }) => name !== node.name)
  if (others.length === 0) return {}
  return { retry_join: others.map(({ address }) => addressBeforePort(address)), retry_interval: '5s' }
}

function serverPart(datacenter: Datacenter): Settings {
  const count = datacenter.servers.length
  return {
    server: true,
    bootstrap_expect: count,
    reconnect_timeout: SERVER_FORGOTTEN_AFTER,
    performance: { raft_multiplier: datacenter.raftMultiplier },
    autopilot: autopilotPart(count),
  }
}

/** Only the first server of a new datacenter reads this from its file; afterwards it is changed through the API. */
function autopilotPart(servers: number): Settings {
  return { cleanup_dead_servers: true, min_quorum: minimumQuorum(servers) }
}

/**
 * The fewest servers that autopilot may leave when it cleans up: all that are wanted. It takes away who was replaced by another
 * one, and never somebody whose vote is missing when one more server dies.
 */
export function minimumQuorum(servers: number): number {
  return servers
}

/**
 * Ports and who may reach them: everything on the loopback, but the web interface where it was asked for, and metrics where somebody watches. Without TLS there is
 * only what never leaves the node: DNS, and the API for the `consul` command and for checks.
 */
function endpoints(agent: Agent): Settings {
  const { datacenter, node } = agent
  const dialect = dialectOf(datacenter.version)
  const hasUi = datacenter.uiNodes.includes(node.name)
  return {
    ports: {
      http: HTTP_PORT,
      https: API_PORT,
      dns: DNS_PORT,
      grpc: -1,
      ...(dialect.grpcTlsPort && { grpc_tls: -1 }),
      ...(!datacenter.wan && { serf_wan: -1 }),
    },
    ...((hasUi || datacenter.watched) && { addresses: { https: `127.0.0.1 ${bindAddress(agent)}` } }),
    ...(dialect.uiBlock ? { ui_config: { enabled: hasUi } } : { ui: hasUi }),
  }
}

/**
 * The servers ask each other and the agents for a certificate. The HTTP API does not: it asks for a token, and people reach it
 * with a browser.
 */
function tlsPart(agent: Agent): Settings {
  const files = { ca_file: tlsFiles.authority, cert_file: tlsFiles.certificate, key_file: tlsFiles.key }
  const suites = { tls_cipher_suites: CIPHER_SUITES }
  if (!dialectOf(agent.datacenter.version).tlsBlock) {
    return {
      ...files,
      tls_min_version: 'tls12',
      ...suites,
      verify_outgoing: true,
      verify_incoming_rpc: true,
      verify_server_hostname: true,
    }
  }
  return {
    tls: {
      defaults: { ...files, tls_min_version: 'TLSv1_2', ...suites, verify_outgoing: true },
      internal_rpc: { verify_incoming: true, verify_server_hostname: true },
    },
  }
}

/** Objects are merged key by key; anything else is replaced. */
function merged(into: Settings, from: Settings): Settings {
  const result: Record<string, unknown> = { ...into }
  for (const [key, value] of Object.entries(from)) {
    const old = result[key]
    result[key] = isObject(old) && isObject(value) ? merged(old, value) : value
  }
  return result
}

function isObject(value: unknown): value is Settings {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Path of the definition of a service. */
export function serviceFile(service: string): string {
  return `${CONFIG_FOLDER}/service-${service}.json`
}
