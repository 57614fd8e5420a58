/** The kind `foreign-files`: what the reader of a folder would take in besides our own files is set aside. */
import { z } from 'zod'
import { absolutePath } from '../file/file.ts'
import { defineKind } from '../kind.ts'
import { unitName } from '../service/service.ts'

const words = (what: string) => z.array(z.string().regex(/^[^\s/]+$/, `must be ${what}`))

const foreignFilesOptions = z.strictObject({
  folder: absolutePath.describe('The folder that is read as a whole.'),
  reader: z.string().describe('Who reads it, as people call it: it is said in the plan.'),
  patterns: words('a pattern of names')
    .min(1)
    .describe('Names that the reader takes, as patterns of the shell; `*` does not stand for a leading dot.'),
  unit: unitName
    .optional()
    .describe('The unit that has read the folder: it is restarted without what was set aside.'),
  allowed: words('the name of a file')
    .default([])
    .describe('Names of files that the user has there knowingly.'),
})

type ForeignFilesOptions = z.input<typeof foreignFilesOptions>

/**
 * A folder of which a program reads every file of a certain name, and in which nothing but our files is to count. A
 * foreign file is shown in the plan with the names of the settings in it, never with their values, and is set aside: it
 * stays where it is, under a name with `.bramble-aside` behind it, which the reader does not take. It is the same file with
 * all that belongs to it, and gets its name back when this resource is removed.
 *
 * @example foreignFiles({ folder: '/etc/consul.d', reader: 'Consul', patterns: ['*.json', '*.hcl'], unit: 'consul' })
 */
export const foreignFiles = defineKind<ForeignFilesOptions>({
  name: 'foreign-files',
  summary: 'A folder in which no files but ours count.',
  // Behind the packages, which may bring files, and before those who read.
  stage: 51,
  converges: 'each',
  options: foreignFilesOptions,
  resource: (given) => {
    const { folder, reader, patterns, unit = '-', allowed } = foreignFilesOptions.parse(given)
    return { name: folder, row: [reader, unit, patterns.join(' '), allowed.join(' ')] }
  },
})

export default foreignFiles.kind
