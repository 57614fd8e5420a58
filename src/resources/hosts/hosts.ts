/** The kind `hosts`: the names of other nodes in /etc/hosts, in a block of our own. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { contentOf, defineKind } from '../kind.ts'

/** A name as hosts(5) and RFC 1123 take it. */
const hostName = z
  .string()
  .max(253)
  .regex(/^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*$/)
  .describe('A name, with or without a domain.')

const hostsOptions = z
  .object({
    entries: z
      .array(
        z
          .object({
            address: z
              .string()
              .refine((address) => isIP(address) !== 0, 'must be an IPv4 or IPv6 address')
              .describe('IPv4 or IPv6 address.'),
            names: z.array(hostName).min(1).describe('The full name first, then short ones.'),
          })
          .strict(),
      )
      .default([])
      .describe('Lines of the block, in this order.'),
    state: z.enum(['present', 'absent']).default('present').describe('`absent` takes the block out.'),
  })
  .strict()

/** What hosts takes. */
export type HostsOptions = z.input<typeof hostsOptions>

/**
 * The block between `# bramble begin` and `# bramble end` of /etc/hosts; the other lines stay. A new block stands at
 * the top, because the first line with a name wins and Debian gives a node's own name to 127.0.1.1. One for each node.
 *
 * @example
 * hosts({ entries: [{ address: '192.168.42.10', names: ['hammond.example.net', 'hammond'] }] })
 */
export const hosts = defineKind<HostsOptions>({
  name: 'hosts',
  summary: 'Names of other nodes in /etc/hosts, in a block of our own.',
  stage: 55,
  converges: 'each',
  options: hostsOptions,
  resource: (given) => {
    const { entries, state } = hostsOptions.parse(given)
    const lines = entries.map(({ address, names }) => `${address} ${names.join(' ')}\n`).join('')
    const contents = state === 'present' ? [contentOf(`# bramble begin\n${lines}# bramble end\n`)] : []
    return { name: '/etc/hosts', row: [state, contents[0]?.sha256 ?? '-'], contents }
  },
})

export default hosts.kind
