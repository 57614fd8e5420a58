/** Options of the role wireguard in the cluster file. */
import { z } from 'zod'
import { DNS_LABEL, oneOrMore } from '../../cluster-file/forms.ts'
import { nodeName } from '../../cluster-file/node-names.ts'
import { parseRange } from './range.ts'

/** The options; all have defaults. */
export const wireguardOptions = z
  .strictObject({
    network: z
      .string()
      .refine((text) => parseRange(text) !== undefined, 'must be a network such as 10.70.0.0/24')
      .default('10.70.0.0/24')
      .describe(
        'Addresses of the mesh. Each node is given one, which the cluster lock keeps; it must not overlap with any other network that a node reaches.',
      ),
    interface: z
      .string()
      .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/, 'must be the name of a network interface')
      .default('wgmesh')
      .describe('Name of the interface on every node.'),
    port: z.int().min(1).max(65535).default(51820).describe('UDP port on which every node listens.'),
    mtu: z
      .int()
      .min(576)
      .max(9000)
      .default(1420)
      .describe('Largest packet inside of the mesh, 80 bytes less than the network below it carries.'),
    behind_nat: oneOrMore(nodeName(z.string().regex(DNS_LABEL, 'must be the name of a node')))
      .default([])
      .describe(
        'Nodes that the others cannot call, besides those with `via`: they call the others, and keep the way back open.',
      ),
    keepalive: z
      .int()
      .min(1)
      .max(600)
      .default(25)
      .describe('How often a node behind NAT sends something to keep the way back open, in seconds.'),
  })
  .describe('A mesh of encrypted tunnels between its nodes, each with an address of its own.')

export type WireguardOptions = z.output<typeof wireguardOptions>
