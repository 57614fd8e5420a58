/** The role `packages`: Debian packages, and the sources that they come from. */
import { z } from 'zod'
import { text, type TextForm } from '../../cluster-file/forms.ts'
import { fileCodes } from '../../diagnostics/catalogue/files.ts'
import { aptRepository } from '../../resources/apt-repository/apt-repository.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Content, type Resource } from '../../resources/kind.ts'
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

/** Before the packages that come from it. */
const STAGE = 15

function isArmored(key: Content): boolean {
  return (
    !('path' in key.bytes) &&
    Buffer.from(key.bytes).toString('latin1').startsWith('-----BEGIN PGP PUBLIC KEY BLOCK-----')
  )
}

/** A packet of a public key comes first (RFC 9580, 4.2 and 10.1): tag 6 in the old or the new form. */
function isKeyring({ bytes }: Content): boolean {
  const first = 'path' in bytes ? undefined : bytes[0]
  return first !== undefined && ((first & 0xfc) === 0x98 || first === 0xc6)
}

function sourceOf({ source }: PackagesOptions, read: (path: string) => Content): Resource[] {
  if (source === undefined) return []
  const { key: path, ...options } = source
  const key = read(path)
  if (isArmored(key) && !('path' in key.bytes)) {
    return aptRepository({ ...options, key: Buffer.from(key.bytes).toString() })
  }
  const keyring = file({ path: `/etc/apt/keyrings/bramble-${source.name}.gpg`, content: key, stage: STAGE })
  return [
    keyring,
    ...aptRepository({ ...options, key: keyring.name }).map((one) => ({
      ...one,
      needs: [...one.needs, addressOf(keyring)],
    })),
  ]
}

function findings({
  options: { source },
  file: read,
}: Pick<RoleContext<PackagesOptions>, 'options' | 'file'>): RoleFinding[] {
  if (source === undefined) return []
  const key = read(source.key)
  if (isArmored(key) || isKeyring(key)) return []
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
