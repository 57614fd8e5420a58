/** The kind `authorized-key`: one public key with which a user may log in. */
import { z } from 'zod'
import { accountName } from '../group/group.ts'
import { defineKind } from '../kind.ts'
import { parsePublicKey } from './public-key.ts'

const authorizedKeyOptions = z
  .object({
    user: accountName.describe('Login name of the user.'),
    key: z
      .string()
      .refine((line) => parsePublicKey(line) !== undefined, 'must be one line of an OpenSSH public key file')
      .describe('The line of the public key file, with options before it if need be.'),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` takes the key out.'),
  })
  .strict()

type AuthorizedKeyOptions = z.input<typeof authorizedKeyOptions>

/**
 * A public key in `~/.ssh/authorized_keys`. Other lines of that file stay as they are.
 *
 * @example
 * authorizedKey({ user: 'pi', key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI… ada@laptop' })
 */
export const authorizedKey = defineKind<AuthorizedKeyOptions>({
  name: 'authorized-key',
  summary: 'A public key with which a user may log in.',
  stage: 32,
  converges: 'each',
  uses: ['group', 'sshd-config'],
  options: authorizedKeyOptions,
  resource: (given) => {
    const { user, key, state } = authorizedKeyOptions.parse(given)
    const parsed = parsePublicKey(key)
    if (!parsed) throw new Error(`${JSON.stringify(key)} is no public key`)
    return {
      name: `${user} ${parsed.fingerprint}`,
      row: [state, user, parsed.line, parsed.blob],
      after: [`user:${user}`],
    }
  },
})

export default authorizedKey.kind
