/** Options of the role `backup`. */
import { z } from 'zod'
import { nodeName } from '../../cluster-file/node-names.ts'
import { absolutePath } from '../../resources/file/file.ts'

const folder = (about: string) => absolutePath.meta({ description: about })

const count = z.int().min(1).max(1000)

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
