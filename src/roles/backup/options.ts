/** Options of the role `backup`. */
import { z } from 'zod'
import { text, type TextForm } from '../../cluster-file/forms.ts'
import { nodeName } from '../../cluster-file/node-names.ts'
import { absolutePath } from '../../resources/file/file.ts'

const folder = (about: string) => absolutePath.meta({ description: about })

const count = z.int().min(1).max(1000)

const S3: TextForm = {
  pattern:
    /^https?:\/\/(\[[0-9a-f:]+\]|[A-Za-z0-9.-]+)(:\d{1,5})?\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/[A-Za-z0-9._-]+)*$/,
  problem: 'is no address of a bucket',
  fix: 'write the server and the bucket, such as https://s3.example.net/my-backups, and a path behind it if you like',
}
const REGION: TextForm = {
  pattern: /^[a-z0-9-]+$/,
  problem: 'is no region',
  fix: 'write it as its owner does, such as eu-central-1',
}

const kept = z
  .strictObject({
    last: count.optional().describe('So many of the newest.'),
    hourly: count.optional().describe('The newest of each of so many hours.'),
    daily: count.optional().describe('The newest of each of so many days.'),
    weekly: count.optional().describe('The newest of each of so many weeks.'),
    monthly: count.optional().describe('The newest of each of so many months.'),
    yearly: count.optional().describe('The newest of each of so many years.'),
  })
  .refine((keep) => Object.keys(keep).length > 0, 'keeps nothing')
  .default({ daily: 7, weekly: 4, monthly: 6 })
  .describe('Which good backups stay; failed runs count nowhere.')

const path = z.union([
  absolutePath,
  z.strictObject({
    path: absolutePath.describe('Absolute path of a folder or a file.'),
    mounted: z
      .boolean()
      .optional()
      .describe(
        'true: it has to lie on a file system that is mounted below the root, else the run fails; false: it may lie anywhere. Left out: where it lay at the last good run.',
      ),
  }),
])

/** How often, and in how many seconds. */
export const EVERY_SECONDS = { hourly: 3600, daily: 86_400, weekly: 604_800 } as const

/** Options of the role. */
export const backupOptions = z.strictObject({
  to: z
    .union([
      z.strictObject({
        node: nodeName(z.string()).describe(
          'Node that keeps the backups of all: the others come in over SSH, with a key that may do nothing else.',
        ),
        folder: folder('Folder on that node.'),
      }),
      z.strictObject({
        s3: text(S3).describe(
          'Bucket of a server that speaks S3, with a path in it if you like: https://s3.example.net/my-backups. It is made when it is not there.',
        ),
        access_key: text().describe('Id of the key (access key id).'),
        secret_key: text().describe('The key itself: { from: { secret: NAME } }.'),
        region: text(REGION).optional().describe('Region of the bucket, where the server has any.'),
        authority: text()
          .optional()
          .describe(
            'Certificates (PEM) of the authority of the server, for one of your own: { from: { file: ca.pem } }. Left out: those that the system believes.',
          ),
      }),
      z.strictObject({ folder: folder('Folder on each node itself, best on another disk.') }),
    ])
    .describe('Where the backups are kept, each node’s in a repository of its own.'),
  paths: z
    .array(path)
    .default([])
    .describe('Folders and files to save besides what other roles say is worth keeping.'),
  keep: kept,
  every: z
    .enum(['hourly', 'daily', 'weekly'])
    .default('daily')
    .describe('How often; each node at a moment of its own.'),
})

export type BackupOptions = z.output<typeof backupOptions>
