/** The role `packages`: Debian packages, and the sources that they come from. */
import { z } from 'zod'
import { text, type TextForm } from '../../cluster-file/forms.ts'
import { fileCodes } from '../../diagnostics/catalogue/files.ts'
import { isPublicKey, sourceWithKey } from '../../resources/apt-repository/source-with-key.ts'
import type { Content, Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { requiredBeside } from '../../wishes/file-wish.ts'
import { defineRole, type RoleContext, type RoleFinding } from '../role.ts'

const NAME: TextForm = {
  pattern: /^[a-z0-9][a-z0-9+.-]*[a-z0-9+.](:[a-z0-9-]+)?$/,
  problem: 'is no name of a Debian package',
  fix: 'write the name as apt has it, such as git or libssl3:armhf',
}

const VERSION: TextForm = {
  pattern: /^[A-Za-z0-9.+~:*-]+$/,
  problem: 'is no version of a package',
  fix: 'write a version such as 3.5-2, or 3.5.* for any that begins so',
}

const WORD: TextForm = {
  pattern: /^[^\s\p{Cc}]+$/u,
  problem: 'is no word',
  fix: 'write it without blanks',
}

const SOURCE_NAME: TextForm = {
  pattern: /^[a-z0-9][a-z0-9-]*$/,
  problem: 'cannot name a file of apt',
  fix: 'write lower-case letters, digits and hyphens',
}

const URI: TextForm = {
  pattern: /^https?:\/\/[^\s]+$/,
  problem: 'is no address of a package source',
  fix: 'write a URL such as https://apt.example.net/debian',
}

const installed = z.union([
  text(NAME),
  z.strictObject({
    name: text(NAME).meta({ description: 'Name of the package.' }),
    version: text(VERSION)
      .optional()
      .meta({ description: 'The version that it must have, such as 3.5-2 or 3.5.*.' }),
    hold: z.boolean().default(false).meta({ description: 'Keep the version, whoever upgrades the system.' }),
  }),
])

const sourceOptions = z.strictObject({
  name: text(SOURCE_NAME).meta({ description: 'Name of its files below /etc/apt.' }),
  uri: text(URI).meta({ description: 'Where it is.' }),
  suites: z.array(text(WORD)).min(1).meta({ description: 'Suites or code names, such as bookworm.' }),
  components: z.array(text(WORD)).default(['main']).meta({ description: 'Components of the suites.' }),
  key: requiredBeside(
    'The file beside the cluster file with the one OpenPGP key that it is trusted by, in ASCII armor or not.',
  ),
})

const packagesOptions = z
  .strictObject({
    install: z
      .array(installed)
      .default([])
      .meta({ description: 'Packages that are there: names, or maps with a version.' }),
    absent: z
      .array(text(NAME))
      .default([])
      .meta({ description: 'Packages that are not there, nor their settings.' }),
    source: sourceOptions
      .optional()
      .meta({ description: "A source of packages that is not Debian's, with its key." }),
  })
  .superRefine(({ install, absent }, context) => {
    const both = install
      .map((one) => (typeof one === 'string' ? one : one.name))
      .find((name) => absent.includes(name))
    if (both === undefined) return
    const params = { fix: 'take it out of one of the two' }
    context.addIssue({
      code: 'custom',
      path: ['absent'],
      message: `has ${both}, which install has too`,
      params,
    })
  })

type PackagesOptions = z.output<typeof packagesOptions>

function sourceOf({ source }: PackagesOptions, read: (path: string) => Content): readonly Resource[] {
  if (source === undefined) return []
  const { key, ...options } = source
  return sourceWithKey(options, read(key))
}

function findings({
  options: { source },
  file: read,
}: Pick<RoleContext<PackagesOptions>, 'options' | 'file'>): RoleFinding[] {
  if (source === undefined) return []
  if (isPublicKey(read(source.key))) return []
  const reason = 'it is no public key of OpenPGP'
  return [
    { diagnostic: fileCodes.SOURCE_FILE_UNREADABLE({ path: source.key, reason }), option: ['source', 'key'] },
  ]
}

/** Debian packages that are there or not, also from sources that are not Debian's. All packages of a node are changed in one go. */
const packages = defineRole({
  name: 'packages',
  summary: 'Debian packages that are there or are not, also from other sources with their own key.',
  pace: 'together',
  options: packagesOptions,
  uses: 'several',
  files: ({ source }) => (source === undefined ? [] : [{ path: source.key, option: ['source', 'key'] }]),
  findings,
  resources: ({ options, file: read }) => [
    ...sourceOf(options, read),
    ...options.install.map((one) => debianPackage(typeof one === 'string' ? { name: one } : one)),
    ...options.absent.map((name) => debianPackage({ name, state: 'absent' })),
  ],
})

export default packages
