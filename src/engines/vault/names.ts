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

/** Where the audit device of that kind writes. */
export const AUDIT_FOLDER = '/var/log/vault'
export const AUDIT_FILE = `${AUDIT_FOLDER}/audit.log`

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
} as const
