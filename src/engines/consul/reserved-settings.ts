/** Settings that the user may not pass through, because Bramble keeps them as secrets or the cluster's safety stands on them. */
import type { Settings } from './config.ts'

/** A setting that was written, and what to write in its place. */
export interface ReservedSetting {
  /** As it was written, with dots between the keys. */
  readonly setting: string
  readonly path: readonly string[]
  readonly instead: string
  /** The line in the cluster file may hold a secret and must not be quoted. */
  readonly isSecret: boolean
}

interface Reserved {
  /** Settings by path, separated by blanks. */
  readonly paths: string
  readonly instead: string
  readonly isSecret?: boolean
}

const TAKE_OUT = 'take it out'

/** In the words of Consul 1.8 and of later versions: both are read by most versions. */
const RESERVED: readonly Reserved[] = [
  {
    paths: 'encrypt',
    instead: 'take it out: type  bramble secrets show consul/gossip-key  or  bramble secrets import',
    isSecret: true,
  },
  {
    paths:
      'acl.tokens acl_token acl_agent_token acl_agent_master_token acl_master_token acl_replication_token',
    instead: `${TAKE_OUT}: tokens are made and kept by Bramble; your own go under tokens`,
    isSecret: true,
  },
  {
    paths: 'auto_config auto_encrypt license_path',
    instead: `${TAKE_OUT}: nodes get their certificates, keys and tokens from Bramble`,
    isSecret: true,
  },
  {
    paths:
      'acl.enabled acl.default_policy acl.down_policy acl.enable_token_persistence acl.enable_token_replication ' +
      'acl_default_policy acl_down_policy acl_datacenter acl_enforce_version_8 enable_acl_replication primary_datacenter',
    instead: `${TAKE_OUT}: without a token nothing may be done but what anonymous allows; write rules under policies or anonymous`,
  },
  {
    paths:
      'tls verify_incoming verify_incoming_rpc verify_incoming_https verify_outgoing verify_server_hostname ca_file ca_path cert_file key_file ' +
      'tls_min_version tls_cipher_suites tls_prefer_server_cipher_suites',
    instead: `${TAKE_OUT}: certificates, who has to show one and which ciphers are offered are Bramble's`,
  },
  {
    paths: 'encrypt_verify_incoming encrypt_verify_outgoing',
    instead: `${TAKE_OUT}: members of the gossip are to know its key`,
  },
  {
    paths: 'client_addr addresses.http addresses.https addresses.grpc ports.http ports.https',
    instead: `${TAKE_OUT}: the API is on the loopback (8500, 8501); write  ui: [NODE]  to reach 8501 of a node from the network`,
  },
  {
    paths: 'ports.dns ports.server ports.serf_lan',
    instead: `${TAKE_OUT}: Bramble and the other agents expect Consul's usual ports`,
  },
  { paths: 'ports.serf_wan', instead: 'write the option  wan: true  of consul-server' },
  {
    paths: 'bind_addr advertise_addr advertise_addr_ipv4 advertise_addr_ipv6 serf_lan',
    instead: 'write the option interface or cidr',
  },
  {
    paths: 'enable_script_checks disable_remote_exec',
    instead: `${TAKE_OUT}: script checks of the cluster file run as they are; more would let everybody with a token run programs`,
  },
  {
    paths: 'leave_on_terminate skip_leave_on_interrupt autopilot.min_quorum autopilot.cleanup_dead_servers',
    instead: `${TAKE_OUT}: a server that restarts has to stay a member; Bramble sets this by the number of servers`,
  },
  {
    paths: 'service services check checks',
    instead:
      'declare it under services of the cluster file: each service is registered with a token of its own',
  },
  { paths: 'ui ui_dir ui_config.enabled ui_config.dir', instead: 'write the option ui of consul-server' },
  { paths: 'server', instead: 'give the node the role consul-server or consul-client' },
  {
    paths: 'bootstrap bootstrap_expect node_name node_id start_join start_join_wan',
    instead: `${TAKE_OUT}: it follows from the cluster file`,
  },
  { paths: 'domain', instead: 'write it as the domain of the cluster' },
  { paths: 'datacenter', instead: 'write it as the option datacenter of consul-server' },
  { paths: 'data_dir', instead: 'write it as the option data_dir of consul-server' },
]

/** The reserved ones among these settings, however Consul lets them be spelt. */
export function reservedSettings(settings: Settings): readonly ReservedSetting[] {
  return RESERVED.flatMap(({ paths, instead, isSecret = false }) =>
    paths.split(' ').flatMap((wanted) =>
      writtenPaths(settings, wanted.split('.')).map((path) => ({
        setting: path.join('.'),
        path,
        instead,
        isSecret,
      })),
    ),
  )
}

/**
 * Where a setting was written. Consul takes keys in capital letters as well, and a list of one map for the map itself
 * (hashicorp/consul, lib/decode).
 */
function writtenPaths(value: unknown, [key, ...rest]: readonly string[]): string[][] {
  if (key === undefined) return [[]]
  if (Array.isArray(value)) return value.flatMap((one) => writtenPaths(one, [key, ...rest]))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([written, inner]) =>
    written.toLowerCase() === key ? writtenPaths(inner, rest).map((path) => [written, ...path]) : [],
  )
}
