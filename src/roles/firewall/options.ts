/** Options of the role firewall in the cluster file. */
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { listOf } from '../../cluster-file/forms.ts'

/** An address or a range of addresses. */
const source = z
  .string()
  .refine(
    (text) => ipaddr.isValid(text) || ipaddr.isValidCIDR(text),
    'must be an address or a network such as 192.0.2.0/24',
  )

const opening = z.strictObject({
  port: z.int().min(1).max(65535).describe('Port that is opened.'),
  protocol: z.enum(['tcp', 'udp']).default('tcp').describe('Its protocol.'),
  to: z.enum(['everyone', 'cluster']).default('everyone').describe('Who may reach it.'),
  why: z
    .string()
    .regex(/^[^"\p{Cc}\\]{1,80}$/u, 'must be one line of at most 80 characters without quotes')
    .describe('What it is for; it stands beside the rule.'),
})

/** The options; all have defaults. */
export const firewallOptions = z
  .strictObject({
    ssh_from: listOf(source)
      .default([])
      .describe(
        'Addresses and networks from which SSH may be reached, besides the nodes; default: from everywhere. The address from which you apply must be among them.',
      ),
    open: listOf(opening)
      .default([])
      .describe('Ports that are open besides what roles and services of the cluster file give to others.'),
  })
  .describe('Closes every port of a node that nothing in the cluster file gives to others.')

export type FirewallOptions = z.output<typeof firewallOptions>
