/** The kind `package-database`: no package run was left half done, and dpkg's own files are whole. */
import { z } from 'zod'
import { defineKind } from '../kind.ts'

const packageDatabaseOptions = z.strictObject({
  lockTimeoutSeconds: z
    .number()
    .int()
    .min(0)
    .default(120)
    .describe('How long to wait for another program that has the package database locked, in seconds.'),
})

/** What packageDatabase takes. */
export type PackageDatabaseOptions = z.input<typeof packageDatabaseOptions>

/**
 * What a power cut in the middle of dpkg leaves: packages that are unpacked and not configured, so that every later run refuses; lists of files and
 * scripts that are empty, gone or end in the middle; a database that cannot be read. A run that was cut off is finished without questions, settings
 * that were changed by hand stay; what dpkg has lost is installed again in the version that is there. A check starts one dpkg-query where dpkg has
 * written since it was found well, else no process. Every node with packages has this.
 *
 * @example packageDatabase({})
 */
export const packageDatabase = defineKind<PackageDatabaseOptions>({
  name: 'package-database',
  summary: 'No package run was left half done, and the database of dpkg is whole.',
  stage: 18,
  converges: 'each',
  uses: ['package'],
  options: packageDatabaseOptions,
  resource: (given) => ({
    name: 'dpkg',
    row: [String(packageDatabaseOptions.parse(given).lockTimeoutSeconds)],
  }),
})

export default packageDatabase.kind
