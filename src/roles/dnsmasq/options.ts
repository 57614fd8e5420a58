/** Options of the role `dnsmasq` in the cluster file. */
import { isIPv4 } from 'node:net'
import { z } from 'zod'
import { DNS_SERVER, key, LABEL, MAC, oneOrMore, text, type TextForm } from '../../cluster-file/forms.ts'
import { recordsOption } from '../../engines/resolver/records.ts'

const IPV4: TextForm = {
  pattern: /^\d{1,3}(?:\.\d{1,3}){3}$/,
  accepts: isIPv4,
  problem: 'is no IPv4 address',
  fix: 'write an address such as 192.168.1.100',
}

/** A time as dnsmasq has it for leases (dnsmasq(8), `--dhcp-range`). */
const LEASE: TextForm = {
  pattern: /^[1-9]\d{0,4}[mhd]$/,
  problem: 'is no length of time for a lease',
  fix: 'write minutes, hours or days, such as 45m, 12h or 7d',
}

const reservation = z.strictObject({
  mac: text(MAC)
    .transform((mac) => mac.toLowerCase().replaceAll('-', ':'))
    .describe('MAC address of its network port.'),
  address: text(IPV4).describe('The address that it always gets.'),
})

const dhcp = z
  .strictObject({
    from: text(IPV4).describe('First address of the range that is given out to whoever has no reservation.'),
    to: text(IPV4).describe('Last address of that range.'),
    router: text(IPV4)
      .optional()
      .describe('The way out of the house; default: the node that gives out the addresses.'),
    lease: text(LEASE).default('12h').describe('How long an address is kept for who was given it.'),
    reservations: z
      .record(key(LABEL), reservation)
      .default({})
      .describe(
        'Addresses for what is no node, by name: a printer, a camera. Nodes whose MAC address is in the cluster file have theirs by themselves.',
      ),
  })
  .describe(
    'Addresses for the network of the nodes. Left out, none are given out: a second DHCP server takes a house off the network.',
  )

/** Public ones, as there is no telling whose the house has. */
const UPSTREAMS = ['1.1.1.1', '9.9.9.9']

/** The options; all have defaults. */
export const dnsmasqOptions = z
  .strictObject({
    network: text(LABEL)
      .optional()
      .describe(
        'Role whose network it answers the nodes on, such as wireguard; default: on the addresses of the nodes.',
      ),
    answers: z
      .enum(['cluster', 'everyone'])
      .default('cluster')
      .describe(
        'Who is meant to ask: the role firewall keeps others off. dnsmasq itself refuses nobody who reaches it.',
      ),
    records: recordsOption,
    upstream: oneOrMore(text(DNS_SERVER))
      .default(UPSTREAMS)
      .describe(
        'Servers for all other names, such as the router of the house. They are asked in the clear; the role dns asks over TLS.',
      ),
    dhcp: dhcp.optional(),
  })
  .describe(
    'A small resolver: names of the cluster, Consul’s, then those of the house; and addresses if asked.',
  )

export type DnsmasqOptions = z.output<typeof dnsmasqOptions>
export type DhcpOptions = z.output<typeof dhcp>
