/** The kind `group`: a group of users. */
import { z } from 'zod'
import { defineKind } from '../kind.ts'

/** A name as `useradd` and `groupadd` take it (useradd(8), CAVEATS), without the trailing `$` of Samba. */
export const accountName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/, 'must be a name of letters, digits, . _ and -, 32 at most')

/** A numeric user or group id; 65535 and 4294967295 stand for "none" in system calls (systemd's UIDS-GIDS). */
export const accountId = z
  .number()
  .int()
  .min(1)
  .max(4294967294)
  .refine((id) => id !== 65535, 'cannot be 65535, which stands for no id')

const groupOptions = z
  .object({
    name: accountName.describe('Name of the group.'),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` removes the group.'),
    gid: accountId
      .optional()
      .describe('Numeric id, the same on every node that shares files; the next free one when left out.'),
    system: z.boolean().default(false).describe('A new group gets an id of the range for system groups.'),
  })
  .strict()

/** What group takes. */
export type GroupOptions = z.input<typeof groupOptions>

/**
 * A group. Its members are said by the users who belong to it.
 *
 * @example
 * group({ name: 'media', gid: 2000 })
 */
export const group = defineKind<GroupOptions>({
  name: 'group',
  summary: 'A group of users.',
  stage: 30,
  converges: 'each',
  options: groupOptions,
  resource: (given) => {
    const { name, state, gid, system } = groupOptions.parse(given)
    return { name, row: [state, gid === undefined ? '' : String(gid), system ? 'system' : 'ordinary'] }
  },
})

export default group.kind
