/** The names that all parts of Vault agree on: ports, paths on a node, secrets. */

/** Name of the engine, of its releases and of its role. */
export const ENGINE = 'vault'
export const ROLE = 'vault'

/** TCP port of the HTTP API and of the web interface. */
export const API_PORT = 8200
/** TCP port by which the servers talk among themselves. */
export const CLUSTER_PORT = 8201

export const PROGRAM = '/usr/local/bin/vault'
/** User and group of a server. */
export const VAULT_USER = 'vault'
export const UNIT = 'vault.service'
/** Folder of the configuration and the certificates. The server is given the one file, so nothing else in it counts. */
export const FOLDER = '/etc/vault'
export const CONFIG_FILE = `${FOLDER}/server.json`

/** What a server asks Consul with where its data lie there: the authority of Consul, and a token of the server's own. */
export const consulFiles = {
  authority: `${FOLDER}/consul-ca.pem`,
  token: `${FOLDER}/consul.token`,
} as const

/** Where the audit device of that kind writes. */
export const AUDIT_FOLDER = '/var/log/vault'
export const AUDIT_FILE = `${AUDIT_FOLDER}/audit.log`

/** Path of the secrets engine with the list of what Bramble made in Vault. */
export const OWNED_MOUNT = 'bramble'

/** Name of the token that may save snapshots, and of its policy. */
export const SNAPSHOT_NAME = 'bramble-snapshot'

/** By this name the cluster lock has kept where the data lie since before there was another place. */
export const PLACE = "the folder of Vault's data"

/** The same while data are moved from files: an apply meanwhile would begin with half of them. */
export const MOVING = 'being moved from the files in '

/** Name by which a certificate is checked when we come through the node's loopback. */
export const LOOPBACK_NAME = 'localhost'

/** The three certificate files. */
export const tlsFiles = {
  authority: `${FOLDER}/ca.pem`,
  certificate: `${FOLDER}/server.pem`,
  key: `${FOLDER}/server-key.pem`,
} as const

/** Names of the secrets. */
export const secretNames = {
  authority: 'vault/ca',
  certificate: (node: string): string => `vault/certificate/${node}`,
  share: (generation: number, number: number): string => `vault/${generation}/share-${number}`,
  rootToken: (generation: number): string => `vault/${generation}/root-token`,
  /** The token that may save snapshots. */
  snapshot: 'vault/snapshot',
  value: (name: string): string => `vault/value/${name}`,
  consulToken: (node: string): string => `vault/consul/${node}`,
} as const
