/** The names that all parts of Consul agree on: ports, paths on a node, secrets, server names, what belongs to Bramble. */

/** Name of the engine, and of its releases. */
export const ENGINE = 'consul'

/** TCP port of the HTTP API with TLS: what we ask, and where the web interface is. */
export const API_PORT = 8501
/** The same without TLS, never reachable from outside the node: for the `consul` command and for people's scripts. */
export const HTTP_PORT = 8500
/** Port of Consul's DNS, UDP and TCP, on the loopback. */
export const DNS_PORT = 8600

/** Ports by which the agents talk to each other: those of servers, of all agents, and of other datacenters. */
export const SERVER_PORT = 8300
export const GOSSIP_PORT = 8301
export const WAN_PORT = 8302

/** Folder of the configuration; the agent reads every `*.json` and `*.hcl` in it. */
export const CONFIG_FOLDER = '/etc/consul.d'
export const CONFIG_FILE = `${CONFIG_FOLDER}/consul.json`
/** The agent does not read folders in its configuration folder. */
export const TLS_FOLDER = `${CONFIG_FOLDER}/tls`
/** Read last by `consul validate`, never by the agent: an address that every node has. */
export const VALIDATION_FILE = `${CONFIG_FOLDER}/validate/loopback.json`

/** User and group of the agent, with both sources. */
export const CONSUL_USER = 'consul'
export const UNIT = 'consul.service'

/** Names of the secrets. */
export const secretNames = {
  authority: 'consul/ca',
  gossip: 'consul/gossip-key',
  management: 'consul/management',
  certificate: (node: string): string => `consul/certificate/${node}`,
  agentToken: (node: string): string => `consul/agent/${node}`,
  serviceToken: (node: string, service: string): string => `consul/service/${node}/${service}`,
  token: (name: string): string => `consul/token/${name}`,
  value: (name: string): string => `consul/value/${name}`,
} as const

/** Name that a server's certificate must have (`verify_server_hostname`), from datacenter and domain. */
export function serverName(datacenter: string, domain: string): string {
  return `server.${datacenter}.${domain}`
}

/** Name by which we check an agent's certificate when we come through the node's loopback; every agent has it. */
export const LOOPBACK_NAME = 'localhost'

/** Keys below this one belong to Bramble. */
export const KV_FOLDER = 'bramble/'
/** The list of what Bramble made in Consul. */
export const OWNED_KEY = `${KV_FOLDER}owned`
/** Written by a server after its restart, to see that it takes part again. */
export function returnedKey(node: string): string {
  return `${KV_FOLDER}returned/${node}`
}

/** Name of the policy of a node's agent. */
export function agentPolicyName(node: string): string {
  return `bramble-agent-${node}`
}
/** Name of the policy by which a service is registered. */
export function servicePolicyName(service: string): string {
  return `bramble-service-${service}`
}
/** Name of the policy of requests without a token. */
export const ANONYMOUS_POLICY = 'bramble-anonymous'
/** Accessor of the token that Consul uses for requests without one; made by Consul itself. */
export const ANONYMOUS_ACCESSOR = '00000000-0000-0000-0000-000000000002'

/** Files in the folder of the agent's state. */
export const stateFiles = {
  /** The agent's own tokens. */
  tokens: (dataFolder: string): string => `${dataFolder}/acl-tokens.json`,
  /** By which the servers know each other, whatever they are called. */
  nodeId: (dataFolder: string): string => `${dataFolder}/node-id`,
  /** The gossip keys of the datacenter. */
  keyring: (dataFolder: string): string => `${dataFolder}/serf/local.keyring`,
  /** The gossip keys between datacenters. */
  wanKeyring: (dataFolder: string): string => `${dataFolder}/serf/remote.keyring`,
} as const

/**
 * What an agent makes in its data folder, besides the files that we give it: the log of the consensus and its snapshots, gossip, its
 * id, what is registered with it, the answer of the check for new versions (`agent/`, `agent/local/`, `lib/file` of Consul 1.8 to 1.21).
 * Temporary files are beside those that they replace.
 */
export const STATE_ENTRIES = [
  'raft',
  'serf',
  'node-id',
  'services',
  'checks',
  'proxy',
  'local',
  'rpc',
  'checkpoint-signature*',
  'server_metadata.json*',
  'acl-tokens.json*',
  'auto-config.json*',
  '*.tmp*',
]
