/** The names that all parts of the role agree on. */

export const PROGRAM = '/usr/local/sbin/bramble-backup'
export const SETTINGS_FOLDER = '/etc/bramble-backup'
export const STATE_FOLDER = '/var/lib/bramble-backup'
export const UNIT = 'bramble-backup.service'
export const TIMER = 'bramble-backup.timer'

/** Name of the secret with which a node's repository is encrypted. */
export function passwordName(node: string): string {
  return `backup/${node}`
}

/** Who comes in over SSH where one node keeps the backups of others. */
export const KEEPER_USER = 'bramble-backup'
/** Apart from the repositories. */
export const KEEPER_HOME = '/var/lib/bramble-backup-guests'

/** Name of the secret with the SSH keys of a node. */
export function keyName(node: string): string {
  return `backup/ssh/${node}`
}
