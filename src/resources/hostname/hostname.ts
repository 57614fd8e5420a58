/** The kind `hostname`: what the system calls itself. */
import { z } from 'zod'
import { defineKind } from '../kind.ts'

const hostnameOptions = z
  .object({
    hostname: z
      .string()
      // The kernel holds 64 characters (hostname(7), HOST_NAME_MAX).
      .max(64)
      .regex(/^[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?(\.[a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$/)
      .describe('A name of one label, or a full name with its domain.'),
  })
  .strict()

/** What hostname takes. */
export type HostnameOptions = z.input<typeof hostnameOptions>

/**
 * The hostname, live and in /etc/hostname. One for each node.
 *
 * @example
 * hostname({ hostname: 'hammond' })
 */
export const hostname = defineKind<HostnameOptions>({
  name: 'hostname',
  summary: 'What the system calls itself.',
  stage: 10,
  converges: 'each',
  options: hostnameOptions,
  resource: (given) => ({ name: '/etc/hostname', row: [hostnameOptions.parse(given).hostname] }),
})

export default hostname.kind
