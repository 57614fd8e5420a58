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
