/** Snapshots of the servers for whoever keeps backups: made and taken back by Nomad's own program on a server. */
import { file } from '../../resources/file/file.ts'
import type { Content, Resource } from '../../resources/kind.ts'
import type { MadeBackup } from '../../topology/backup.ts'
import type { Offer } from '../../wishes/offer.ts'
import { PROGRAM, secretNames, SERVER_FOLDER } from './names.ts'
import { scripts } from './scripts.generated.ts'

/** The token that may save, which only a running Nomad makes. */
export const SNAPSHOT_OFFER: Offer = {
  name: 'nomad/snapshot',
  loss: 'the next apply has Nomad make another token, and ends the lost one',
}
/** Name of the token and of its policy. */
export const SNAPSHOT_NAME = 'bramble-snapshot'
/** Saves and nothing else (`acl/policy.go`, since 1.11.3). To take one back is for management alone. */
export const SNAPSHOT_RULES = 'operator {\n  capabilities = ["snapshot-save"]\n}\n'

const SCRIPT = '/usr/local/lib/bramble-nomad-snapshot'

/**
 * What a server has for it. A snapshot holds the secrets of all tokens, so whoever may save one may find out all; the token lies on servers
 * alone, where root can read them anyway.
 */
export function snapshotResources(token: Content): readonly Resource[] {
  return [
    file({ path: SCRIPT, content: scripts.snapshot, mode: '755' }),
    file({ path: `${SERVER_FOLDER}/snapshot.token`, content: token, mode: '600', sensitive: true }),
  ]
}

/** How it is made and taken back. The program reads what it has written and compares checksums before it ends well. */
export const snapshotBackup: MadeBackup = {
  name: 'nomad.snapshot',
  make: [SCRIPT, PROGRAM, SERVER_FOLDER, 'save', '{}'],
  restore: [SCRIPT, PROGRAM, SERVER_FOLDER, 'restore', '{}'],
  restoreToken: secretNames.management,
  of: 'cluster',
}
