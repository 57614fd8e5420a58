/** Codes of the role `backup`. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** Where backups cannot go. */
export const backupCodes = defineCodes({
  BACKUP_IN_ITSELF: code<{ folder: string; path: string }>({
    severity: 'error',
    origin: 'cluster',
    title: 'A backup that saves itself',
    summary: ({ folder, path }) =>
      `${folder} holds the backups and lies within ${path}, which is to be saved`,
    why: 'each run would save all runs before it, and grow without an end',
    fix: ({ path }) => `keep the backups in a folder outside of ${path}, best on another disk`,
    explain: 'The folder of the repositories must lie neither in a folder that is saved nor around one.',
  }),
  BACKUP_KEY_IN_THE_OPEN: code({
    severity: 'error',
    origin: 'cluster',
    title: 'A key of S3 that everybody can read',
    summary: 'the key for the bucket of the backups stands in the cluster file',
    why: 'who has it can read and remove the backups, and the cluster file is kept where many see it',
    fix: 'type  bramble secrets import backup/s3  and write  secret_key: { from: { secret: backup/s3 } }',
    explain: 'A value of the store of secrets is encrypted in git and shows in no plan, log or journal.',
  }),
  BACKUP_NODE_WITHOUT_ROLE: code<{ node: string }>({
    severity: 'error',
    origin: 'cluster',
    title: 'A node that is to keep backups and does not have the role',
    summary: ({ node }) => `${node} is to keep the backups, and the role backup is not on it`,
    why: 'the user by whose key the others come in is made by the role',
    fix: ({ node }) => `take ${node} into  on:  of the role backup`,
    explain:
      'The node named by `to.node` keeps the repositories of all others, and one of its own in the same folder. So it has the role like them.',
  }),
})
