/** The kind `user`: an account with its groups, home folder, shell and password. */
import { z } from 'zod'
import { absolutePath } from '../file/file.ts'
import { accountId, accountName } from '../group/group.ts'
import { contentOf, defineKind, type LocalAddress } from '../kind.ts'

/** What `/etc/passwd` can hold in a field: no colon, no control character (passwd(5)). */
const passwdField = z.string().regex(/^[^:\p{Cc}]*$/u, 'cannot hold a colon or a control character')

/** `locked`, `kept` or a hash as crypt(5) describes it, such as `$y$…` or `$6$…`. */
const passwordWish = z
  .string()
  .regex(/^(locked|kept|\$[^:\s\p{Cc}]+)$/u, 'must be locked, kept or a hash that begins with $')

const userOptions = z
  .object({
    name: accountName.describe('Login name.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe('`absent` removes the account; its home folder stays.'),
    uid: accountId
      .optional()
      .describe('Numeric id, the same on every node that shares files; the next free one when left out.'),
    group: accountName
      .optional()
      .describe('Name of the primary group; a new user gets a group of its own name when left out.'),
    groups: z.array(accountName).default([]).describe('Names of further groups.'),
    membership: z
      .enum(['added', 'exact'])
      .default('added')
      .describe('`exact` also takes the user out of groups that are not listed.'),
    home: absolutePath
      .optional()
      .describe('Home folder; /home/NAME for a new user when left out. An old folder is not moved.'),
    create_home: z
      .boolean()
      .optional()
      .describe('Makes the home folder from /etc/skel; true when left out, except for system users.'),
    shell: absolutePath.optional().describe('Login shell; /bin/bash for a new user when left out.'),
    comment: passwdField.optional().describe('Full name or purpose.'),
    system: z.boolean().default(false).describe('A new user gets an id of the range for system users.'),
    password: passwordWish
      .default('locked')
      .describe(
        '`locked`: no password logs in; `kept`: whatever it is; or the hash of one (crypt(5)), which is secret.',
      ),
  })
  .strict()

/** What user takes. */
export type UserOptions = z.input<typeof userOptions>

/** What a new user gets where nothing is said. */
function homeAndShell({ name, home, shell, system }: z.output<typeof userOptions>): [string, string] {
  return [
    home ?? (system ? '/nonexistent' : `/home/${name}`),
    shell ?? (system ? '/usr/sbin/nologin' : '/bin/bash'),
  ]
}

/**
 * An account. What is left out is not looked at in an account that is there already.
 *
 * @example
 * user({ name: 'ada', uid: 2000, groups: ['video'], shell: '/bin/bash' })
 */
export const user = defineKind<UserOptions>({
  name: 'user',
  summary: 'An account with its groups, home folder, shell and password.',
  stage: 31,
  converges: 'each',
  uses: ['group'],
  options: userOptions,
  resource: (given) => {
    const options = userOptions.parse(given)
    const { name, state, uid, group, membership, home, shell, comment, system, password } = options
    const groups = [...new Set(options.groups)].sort()
    const secret = password.startsWith('$') ? [contentOf(password, true)] : []
    return {
      name,
      row: [
        state,
        uid === undefined ? '' : String(uid),
        group ?? '',
        home ?? '',
        shell ?? '',
        comment === undefined ? '' : `=${comment}`,
        secret[0]?.sha256 ?? password,
        membership,
        groups.join(','),
        system ? 'system' : 'ordinary',
        (options.create_home ?? !system) ? 'home' : 'homeless',
        ...homeAndShell(options),
      ],
      contents: secret,
      after: [...groups, ...(group === undefined ? [] : [group])].map((one): LocalAddress => `group:${one}`),
    }
  },
})

export default user.kind
