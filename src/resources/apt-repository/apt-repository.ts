/** A source of packages: a deb822 file with the key that it trusts, and what may come from it. */
import { z } from 'zod'
import { absolutePath, file } from '../file/file.ts'
import type { Resource } from '../kind.ts'

const fileName = z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'must be lower-case letters, digits and hyphens')
const word = z.string().regex(/^[^\s\p{Cc}]+$/u, 'must be one word')

const aptRepositoryOptions = z.strictObject({
  name: fileName.describe('Name of the files below /etc/apt.'),
  uri: z.url().describe('Where the repository is.'),
  suites: z.array(word).min(1).describe('Suites or code names, such as bookworm.'),
  components: z.array(word).default(['main']).describe('Components of the suites.'),
  key: z
    .union([absolutePath, z.string().startsWith('-----BEGIN PGP PUBLIC KEY BLOCK-----')])
    .describe('The one key that is trusted: a keyring on the node, or the key itself in ASCII armor.'),
  architectures: z.array(word).default([]).describe('Architectures; all of the node when left out.'),
  only: z
    .object({
      packages: z.array(word).min(1).describe('Packages that may come from here.'),
      release: z.string().describe('How apt calls the suite: n=bullseye, a=stable, o=Vendor.'),
    })
    .optional()
    .describe('Nothing else comes from here, not even as an upgrade.'),
})

/** Before the packages that come from it. */
const STAGE = 15

/**
 * The files of a source of packages (sources.list(5), deb822 style). The key is trusted for this source alone.
 *
 * @example
 * aptRepository({ name: 'vendor', uri: 'https://apt.example.net/debian', suites: ['bookworm'], key: VENDOR_KEY })
 */
export function aptRepository(given: z.input<typeof aptRepositoryOptions>): Resource[] {
  const options = aptRepositoryOptions.parse(given)
  const isArmored = !options.key.startsWith('/')
  const keyring = isArmored ? `/etc/apt/keyrings/bramble-${options.name}.asc` : options.key
  const fields = [
    ['Types', 'deb'],
    ['URIs', options.uri],
    ['Suites', options.suites.join(' ')],
    ['Components', options.components.join(' ')],
    ['Architectures', options.architectures.join(' ')],
    ['Signed-By', keyring],
  ]
  const text = fields.filter(([, value]) => value !== '').map(([key, value]) => `${key}: ${value}\n`)
  const path = `/etc/apt/sources.list.d/bramble-${options.name}.sources`
  return [
    ...(isArmored ? [file({ path: keyring, content: options.key, stage: STAGE })] : []),
    ...(options.only ? [pinOf(options.name, options.only)] : []),
    file({ path, content: text.join(''), stage: STAGE, needs: isArmored ? [`file:${keyring}`] : [] }),
  ]
}

/** A priority below 0 keeps everything out; the named packages count as from any other source (apt_preferences(5)). */
function pinOf(
  name: string,
  { packages, release }: { packages: readonly string[]; release: string },
): Resource {
  return file({
    path: `/etc/apt/preferences.d/bramble-${name}`,
    content:
      `Package: *\nPin: release ${release}\nPin-Priority: -1\n\n` +
      `Package: ${packages.join(' ')}\nPin: release ${release}\nPin-Priority: 500\n`,
    stage: STAGE,
  })
}
