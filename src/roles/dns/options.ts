/** Options of the role `dns` in the cluster file. */
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { LABEL, oneOrMore, text, type TextForm } from '../../cluster-file/forms.ts'
import { recordsOption } from '../../engines/resolver/records.ts'
import { beside } from '../../wishes/file-wish.ts'

/** A server that speaks DNS over TLS, as unbound.conf(5) has it under `forward-addr`. */
const UPSTREAM: TextForm = {
  pattern: /^[0-9A-Fa-f:.]+(@\d{1,5})?#[A-Za-z0-9.-]+$/,
  accepts: (value) => isIP(value.split(/[@#]/)[0] ?? '') > 0,
  problem: 'is no server that speaks DNS over TLS',
  fix: 'write its address, its port when that is not 853, and the name in its certificate, such as 1.1.1.1@853#cloudflare-dns.com',
}

const clients = z
  .string()
  .refine(
    (value) => ipaddr.isValid(value) || ipaddr.isValidCIDR(value),
    'must be an address or a network such as 192.168.1.0/24',
  )

/** Cloudflare, as in the series of articles that asked for these four steps, and another one beside it. */
const UPSTREAMS = [
  '1.1.1.1@853#cloudflare-dns.com',
  '1.0.0.1@853#cloudflare-dns.com',
  '9.9.9.9@853#dns.quad9.net',
]

/** The options; all have defaults. */
export const dnsOptions = z
  .strictObject({
    mode: z
      .enum(['overlay', 'zones', 'takeover'])
      .default('overlay')
      .describe(
        'Where the cluster has Consul: overlay lays the names of its catalog over the public ones of the domain, so that what Consul lacks is looked for in public, and Consul may be down; zones asks Consul for what is below node, service and its other labels; takeover asks Consul for all of the domain.',
      ),
    network: text(LABEL)
      .optional()
      .describe(
        'Role whose network it answers the nodes on, such as wireguard; default: on the addresses of the nodes.',
      ),
    clients: oneOrMore(clients)
      .default([])
      .describe(
        'Addresses and networks that may ask besides the nodes, such as 192.168.1.0/24; default: nobody else, the network that the nodes are in neither.',
      ),
    records: recordsOption,
    upstream: oneOrMore(text(UPSTREAM))
      .default(UPSTREAMS)
      .describe(
        'Servers for public names. They are asked over TLS alone, under the name in their certificate.',
      ),
    upstream_ca: beside(
      'The file beside the cluster file with the authorities that these certificates come from; default: those of Debian.',
    ),
    blocklist: beside(
      'The file beside the cluster file with names that are not to be found, as a response policy zone: a line such as  ads.example.net CNAME .  each.',
    ),
    dnssec: z
      .boolean()
      .default(true)
      .describe(
        'Whether answers with a wrong signature, or without the one that they must have, are refused.',
      ),
  })
  .describe('A resolver: names of the cluster, then public names over TLS.')

export type DnsOptions = z.output<typeof dnsOptions>
