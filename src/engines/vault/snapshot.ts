/** Snapshots of the servers for whoever keeps backups: made and taken back by Vault's own program on a server. */
import { file } from '../../resources/file/file.ts'
import type { Resource } from '../../resources/kind.ts'
import type { MadeBackup } from '../../topology/backup.ts'
import { raftFolder } from './config.ts'
import { API_PORT, FOLDER, LOOPBACK_NAME, PROGRAM, secretNames, UNIT } from './names.ts'
import { scripts } from './scripts.generated.ts'
import { apiAddress, type Group } from './setup.ts'

/** Saves and renews itself, and nothing else (`vault/logical_system_raft.go`, `vault/token_store.go`). To take one back is for the root token. */
export const SNAPSHOT_RULES =
  'path "sys/storage/raft/snapshot" { capabilities = ["read"] }\npath "auth/token/renew-self" { capabilities = ["update"] }\n'
/** Each backup renews it; it is Vault's own longest time for a token. */
export const SNAPSHOT_SECONDS = 768 * 3600

/** What it costs to make it anew. */
export const SNAPSHOT_LOSS =
  'the next apply gives Vault another token to save snapshots with, and ends the lost one'

const SCRIPT = '/usr/local/lib/bramble-vault-snapshot'

/**
 * What a server has for it. A snapshot is encrypted by Vault itself, so whoever may save one finds nothing out; the token lies on servers alone,
 * for root.
 */
export function snapshotResources(token: string): readonly Resource[] {
  return [
    file({ path: SCRIPT, content: scripts.snapshot, mode: '755' }),
    file({ path: `${FOLDER}/snapshot.token`, content: `${token}\n`, mode: '600', sensitive: true }),
  ]
}

/** How it is made and taken back. The program sees to it that what it has written is whole. */
export function snapshotBackup({ servers, dataFolder, options }: Group): MadeBackup {
  const address = `https://${LOOPBACK_NAME}:${API_PORT}`
  const all = servers.map(apiAddress).join(' ')
  const words = [SCRIPT, PROGRAM, FOLDER, address, all, UNIT, raftFolder(dataFolder)]
  return {
    name: 'vault.snapshot',
    make: [...words, 'save', '{}'],
    restore: [...words, 'restore', '{}'],
    restoreToken: secretNames.rootToken(options.generation),
    of: 'cluster',
  }
}
