/** The kind `sudo-rights`: accounts that may become root without a password, by what sudo makes of all of its files. */
import { z } from 'zod'
import { absolutePath } from '../file/file.ts'
import { accountName } from '../group/group.ts'
import { defineKind } from '../kind.ts'

const sudoRightsOptions = z.strictObject({
  path: absolutePath.describe('The file that gives the rights: nothing is asked while it is not there.'),
  users: z.array(accountName).min(1).describe('Login names.'),
})

type SudoRightsOptions = z.input<typeof sudoRightsOptions>

/**
 * Rights that are in force. sudo reads many files, and of rules that match the last one wins (sudoers(5), "User specification"), so a file
 * that is read after ours can ask for a password again or take the rights away, and one that cannot be read keeps `visudo -c` from
 * passing. All rules are asked of cvtsudoers(1), which resolves aliases and includes. What somebody else wrote is never changed: an apply fails
 * with its place.
 *
 * @example sudoRights({ path: '/etc/sudoers.d/50-bramble', users: ['ada'] })
 */
export const sudoRights = defineKind<SudoRightsOptions>({
  name: 'sudo-rights',
  summary: 'Accounts that may become root without a password, whatever other files of sudo say.',
  // Behind the file.
  stage: 53,
  converges: 'each',
  options: sudoRightsOptions,
  resource: (given) => {
    const { path, users } = sudoRightsOptions.parse(given)
    return { name: path, row: [users.join(' ')], after: [`file:${path}`] }
  },
})

export default sudoRights.kind
