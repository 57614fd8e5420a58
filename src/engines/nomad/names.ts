/** The names that all parts of Nomad agree on: ports, paths on a node, secrets, what belongs to Bramble. */

/** Name of the engine, and of its releases. */
export const ENGINE = 'nomad'
export const SERVER_ROLE = 'nomad-server'
export const CLIENT_ROLE = 'nomad-client'

/** TCP port of the HTTP API of a server, and of the web interface. */
export const API_PORT = 4646
/** TCP port by which servers and clients talk. */
export const RPC_PORT = 4647
/** Port of the servers' gossip, TCP and UDP. */
export const GOSSIP_PORT = 4648

/** The API of a client: a board may have a server as well. */
export const CLIENT_API_PORT = 4656

/** The program, of servers and clients alike. */
export const PROGRAM = '/usr/local/bin/nomad'
/** User and group of a server. */
export const NOMAD_USER = 'nomad'
export const SERVER_UNIT = 'nomad-server.service'
/** Folder of a server's configuration and certificates. The agent is given the one file, so nothing else in it counts. */
export const SERVER_FOLDER = '/etc/nomad-server'
export const SERVER_FILE = `${SERVER_FOLDER}/server.json`

export const CLIENT_UNIT = 'nomad-client.service'
/** The same of a client. */
export const CLIENT_FOLDER = '/etc/nomad-client'
export const CLIENT_FILE = `${CLIENT_FOLDER}/client.json`
/** How long a task may say goodbye for, at most; what a job asks for is less. */
export const GOODBYE_SECONDS = 120
/** Ends what a client runs, without a server. */
export const END_WORK = '/usr/local/lib/bramble-nomad-end-work'
/** Takes what a client has registered out of Consul. */
export const END_NAMES = '/usr/local/lib/bramble-nomad-end-names'
/** Sets a client's damaged state aside before it starts. */
export const CLIENT_STATE = '/usr/local/lib/bramble-nomad-client-state'

/** Name by which a certificate is checked when we come through the node's loopback. */
export const LOOPBACK_NAME = 'localhost'

/** Names of the secrets. */
export const secretNames = {
  authority: 'nomad/ca',
  gossip: 'nomad/gossip-key',
  management: 'nomad/management',
  certificate: (part: 'server' | 'client', node: string): string => `nomad/certificate/${part}/${node}`,
} as const

/** Paths of the three certificate files below a folder. */
export function tlsFiles(folder: string): {
  readonly authority: string
  readonly certificate: string
  readonly key: string
} {
  return {
    authority: `${folder}/ca.pem`,
    certificate: `${folder}/agent.pem`,
    key: `${folder}/agent-key.pem`,
  }
}

/** Name that a certificate must have by `verify_server_hostname` (Nomad's page "Enable TLS"). */
export function tlsName(part: 'server' | 'client', region: string): string {
  return `${part}.${region}.nomad`
}

/** Files in the folder of a server's state. */
export const stateFiles = {
  /** The gossip keys (`command/agent/keyring.go`, `serfKeyring`). */
  keyring: (dataFolder: string): string => `${dataFolder}/server/serf.keyring`,
  /** By which the servers know each other in the consensus. */
  nodeId: (dataFolder: string): string => `${dataFolder}/server/node-id`,
  /** In which the leader looks for the permission to start its access rules anew (`nomad/acl_endpoint.go`). */
  reset: (dataFolder: string): string => `${dataFolder}/server/acl-bootstrap-reset`,
} as const

/** The variable with the list of what is owned. */
export const OWNED_PATH = 'bramble/owned'

/** A variable that a server writes after its restart, to see that it takes part again. */
export function returnedPath(node: string): string {
  return `bramble/returned/${node}`
}

/** The servers call each other NODE.REGION. */
export function nodeOf(name: string, region: string): string {
  const ending = `.${region}`
  return name.endsWith(ending) ? name.slice(0, -ending.length) : name
}
