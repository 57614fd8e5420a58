/** Snapshots of the datacenter for whoever keeps backups: made and taken back by Consul's own program on a server. */
import { file } from '../../resources/file/file.ts'
import type { Resource } from '../../resources/kind.ts'
import type { MadeBackup } from '../../topology/backup.ts'
import type { TokenIdentity } from './management.ts'
import { tlsFiles } from './config.ts'
import { API_PORT, CONFIG_FOLDER, LOOPBACK_NAME } from './names.ts'
import type { ServerOptions } from './options.ts'
import type { WantedPolicy } from './store/policies.ts'
import type { WantedToken } from './store/tokens.ts'

/** Name of the secret of its token; one for all servers, because each can save all of it. */
export const SNAPSHOT_SECRET = 'consul/snapshot'
const POLICY = 'bramble-snapshot'
const TOKEN_FILE = `${CONFIG_FOLDER}/snapshot.token`

/**
 * A snapshot holds the secrets of all tokens, so Consul gives it to nobody who may not write access rules, and to take one back is the same
 * right (`Snapshot` in `acl/policy_authorizer.go`): there is no smaller one. It lies on servers alone, where root can read all tokens anyway.
 */
export const snapshotPolicy: WantedPolicy = {
  name: POLICY,
  description: 'Bramble: snapshots for backups',
  rules: 'acl = "write"\n',
}

/** The token with this right. */
export function snapshotToken(identity: TokenIdentity): WantedToken {
  return {
    name: 'bramble/snapshot',
    ...identity,
    description: 'Bramble: snapshots for backups',
    policies: [POLICY],
  }
}

/** The file that the program reads its token from; never in its words, which everybody on the node sees. */
export function snapshotTokenFile(secretId: string): Resource {
  return file({ path: TOKEN_FILE, content: secretId, mode: '600', sensitive: true })
}

/** How it is made and taken back. The program reads what it has written and compares checksums before it ends well. */
export function snapshotBackup({ source }: Pick<ServerOptions, 'source'>): MadeBackup {
  const program = source === 'package' ? '/usr/bin/consul' : '/usr/local/bin/consul'
  const how = [
    `-http-addr=https://${LOOPBACK_NAME}:${API_PORT}`,
    `-ca-file=${tlsFiles.authority}`,
    `-token-file=${TOKEN_FILE}`,
    '{}',
  ]
  return {
    name: 'consul.snapshot',
    make: [program, 'snapshot', 'save', ...how],
    restore: [program, 'snapshot', 'restore', ...how],
    of: 'cluster',
  }
}
