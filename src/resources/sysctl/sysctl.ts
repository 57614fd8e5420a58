/** The kind `sysctl`: a setting of the running kernel that also holds after a reboot. */
import { z } from 'zod'
import { defineKind } from '../kind.ts'

/** Path below `/proc/sys`: sysctl.d(5) swaps dots and slashes unless the first of the two is a slash. */
function pathOf(key: string): string {
  if (/^[^.]*\//.test(key)) return key
  return key.replace(/[./]/g, (mark) => (mark === '.' ? '/' : '.'))
}

/** The form with dots, so that one setting has one name. */
function keyOf(path: string): string {
  return path.replace(/[./]/g, (mark) => (mark === '.' ? '/' : '.'))
}

const sysctlOptions = z
  .object({
    key: z
      .string()
      .regex(/^[A-Za-z0-9_]+([./][A-Za-z0-9_@:-]+)+$/, 'must be a key such as net.ipv4.ip_forward')
      .describe(
        'Name of the setting; a dot inside a part is written as a slash: net.ipv4.conf.eth0/5.forwarding.',
      ),
    value: z
      .union([z.string().regex(/^(?! )[^\p{Cc}]+(?<! )$/u, 'must be one line'), z.number().int()])
      .optional()
      .describe('The value; several numbers are separated by blanks.'),
    state: z
      .enum(['present', 'absent'])
      .default('present')
      .describe(
        '`absent` takes the setting out of the files; the running kernel keeps its value until it is restarted.',
      ),
    live: z
      .boolean()
      .default(true)
      .describe('false: only in the file, for a node that shares its kernel and may not set it.'),
  })
  .strict()

/** What sysctl takes. */
export type SysctlOptions = z.input<typeof sysctlOptions>

/**
 * A kernel setting, live and in a file of its own in /etc/sysctl.d.
 *
 * @example
 * sysctl({ key: 'net.ipv4.ip_forward', value: 1 })
 */
export const sysctl = defineKind<SysctlOptions>({
  name: 'sysctl',
  summary: 'A setting of the running kernel that also holds after a reboot.',
  // After kernel modules (40), which bring settings with them.
  stage: 42,
  converges: 'each',
  options: sysctlOptions,
  resource: (given) => {
    const { key, value, state, live } = sysctlOptions.parse(given)
    if (state === 'present' && value === undefined) throw new Error(`sysctl ${key} has no value`)
    const path = pathOf(key)
    return { name: keyOf(path), row: [path, state, String(value ?? ''), live ? 'live' : 'listed'] }
  },
})

export default sysctl.kind
