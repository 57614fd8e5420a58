/** The kind `package`: a Debian package that is installed in the wanted version, or absent. */
import { z } from 'zod'
import { absolutePath } from '../file/file.ts'
import { defineKind } from '../kind.ts'
import { packageDatabase } from '../package-database/package-database.ts'

const packageOptions = z
  .strictObject({
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9+.-]*[a-z0-9+.](:[a-z0-9-]+)?$/, 'must be the name of a Debian package')
      .describe(
        'Name of the package (Debian policy 5.6.7), with `:ARCHITECTURE` for one of another architecture.',
      ),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('`absent` removes the package and its settings.'),
    version: z
      .string()
      .regex(/^[A-Za-z0-9.+~:*-]+$/, 'must be a version, in which * stands for anything')
      .optional()
      .describe('The version it must have, for instance `3.5-2` or `3.5.*`; any version when left out.'),
    hold: z
      .boolean()
      .default(false)
      .describe(
        'Keep the version, whoever upgrades the system. A hold that somebody else made is left alone.',
      ),
    program: absolutePath
      .optional()
      .describe(
        'A program of the package that is watched: when it is not as the package has it, it is put back.',
      ),
    lockTimeoutSeconds: z
      .number()
      .int()
      .min(0)
      .default(120)
      .describe('How long to wait for another program that has the package database locked, in seconds.'),
  })
  .refine(({ state, version, hold }) => state === 'present' || (version === undefined && !hold), {
    message: 'a package that is absent has neither a version nor a hold',
  })

/** Stage of what is there before packages come, and leaves after them. */
export const BEFORE_PACKAGES = 16

/** What debianPackage takes. */
export type PackageOptions = z.input<typeof packageOptions>

/**
 * A Debian package. All packages of a node that differ are changed in one apt transaction. It asks for no recommended
 * packages, keeps settings that were changed by hand, and removes nothing that is not wanted to be absent.
 * The package lists are fetched only when they are needed. Services that are resources of this node are not started
 * by their packages: they wait for their settings.
 *
 * Removal purges what Bramble installed, and what came with it and nothing else needs. What another package merely suggests is not needed;
 * what one recommends stays.
 *
 * @example debianPackage({ name: 'consul', version: '1.8.*', hold: true })
 */
export const debianPackage = defineKind<PackageOptions>({
  name: 'package',
  summary: 'A Debian package that is installed in the wanted version, or absent.',
  stage: 20,
  converges: 'whole',
  ground: () => packageDatabase({}),
  options: packageOptions,
  resource: (given) => {
    const { name, state, version = '', hold, lockTimeoutSeconds, program = '-' } = packageOptions.parse(given)
    return {
      name,
      row: [state, version, hold ? 'hold' : '', String(lockTimeoutSeconds), program],
      // How long we wait is nothing that a service could run with.
      digestOf: ['package', name, state, version],
    }
  },
})

export default debianPackage.kind
