/** Options of the role `time` in the cluster file. */
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { ADDRESS, oneOrMore, text } from '../../cluster-file/forms.ts'

const clients = z
  .string()
  .refine(
    (value) => ipaddr.isValid(value) || ipaddr.isValidCIDR(value),
    'must be an address or a network such as 192.168.1.0/24',
  )

/** Cloudflare's two addresses are for everybody and stay (developers.cloudflare.com/time-services/ntp/usage); the pool is Debian's own. */
const SERVERS = ['162.159.200.1', '162.159.200.123', '2.debian.pool.ntp.org']

/** The options; all have defaults. */
export const timeOptions = z
  .strictObject({
    servers: oneOrMore(text(ADDRESS))
      .default(SERVERS)
      .describe(
        'Where the time comes from, by address or by name. An address must be among them: at the first moment after a power cut nobody finds names yet.',
      ),
    clients: oneOrMore(clients)
      .default([])
      .describe(
        'Addresses and networks that may ask for the time besides the nodes, such as 192.168.1.0/24.',
      ),
    wait_seconds: z
      .int()
      .min(0)
      .max(600)
      .default(90)
      .describe(
        'How long a boot waits for the right time before it starts what needs it, such as whoever looks at certificates; 0: not at all.',
      ),
  })
  .describe(
    'Keeps the clock right, serves the time to the other nodes, and never starts before the last known time.',
  )

export type TimeOptions = z.output<typeof timeOptions>

/** Whether all of them must be looked up first. */
export function needsNames({ servers }: Pick<TimeOptions, 'servers'>): boolean {
  return servers.every((server) => isIP(server) === 0)
}
