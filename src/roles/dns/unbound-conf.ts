/** The configuration of Unbound, as text. Pure: same input, same bytes. What the words mean: unbound.conf(5). */
import { isIP } from 'node:net'
import type { LocalRecord } from '../../engines/resolver/records.ts'

/** Names that are laid over all others: what is in the file is the answer (unbound.conf(5), "rpz:"). The first zone that has a name counts. */
export interface PolicyZone {
  readonly name: string
  readonly file: string
}

/** Names for which another server is asked, in the clear: one on this very node. */
export interface ForwardZone {
  /** Without a trailing dot. */
  readonly zone: string
  /** As `forward-addr` has it. */
  readonly to: string
}

/** What one resolver is told. */
export interface Resolver {
  /** Addresses that it answers on, besides the loopback. */
  readonly addresses: readonly string[]
  /** Addresses and ranges that may ask. */
  readonly clients: readonly string[]
  /** Domain of the cluster, without a trailing dot. */
  readonly domain: string
  readonly records: readonly LocalRecord[]
  /** Servers for public names, as `forward-addr` has them. */
  readonly upstream: readonly string[]
  /** File with the authorities of their certificates. */
  readonly authorities: string
  readonly dnssec: boolean
  readonly policyZones: readonly PolicyZone[]
  readonly forwardZones: readonly ForwardZone[]
}

/** Time for which others may keep a name of the cluster; addresses of boards change seldom. */
const RECORD_SECONDS = 60

/** Ranges that no public name may point to: else a page of the web could reach the devices of the house by a name of its own. */
const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', 'fd00::/8', 'fe80::/10']

/** The text of `/etc/unbound/unbound.conf`. It includes nothing, so what stands here is all that counts. */
export function unboundConf(resolver: Resolver): string {
  return `# Written by Bramble from the cluster file.
server:
${lines(server(resolver))}
${lines(local(resolver))}

remote-control:
  control-enable: yes
  control-interface: /run/unbound.ctl

${resolver.policyZones.map(policyZone).join('')}${resolver.forwardZones.map(forwardZone).join('')}# Public names: over TLS, under the name in the certificate, or not at all.
forward-zone:
  name: "."
  forward-tls-upstream: yes
${lines(resolver.upstream.map((one) => `forward-addr: ${one.includes('@') ? one : one.replace('#', '@853#')}`))}
`
}

function policyZone({ name, file }: PolicyZone): string {
  return `rpz:\n  name: "${name}."\n  zonefile: "${file}"\n\n`
}

/** It is asked each time: it keeps what it says by itself, and may say something else the next second. */
function forwardZone({ zone, to }: ForwardZone): string {
  return `forward-zone:\n  name: "${zone}."\n  forward-addr: ${to}\n  forward-no-cache: yes\n\n`
}

function lines(all: readonly string[]): string {
  return all.map((line) => `  ${line}`).join('\n')
}

function server(resolver: Resolver): string[] {
  const { addresses, clients, domain, authorities, dnssec, policyZones, forwardZones } = resolver
  const modules = [
    ...(policyZones.length > 0 ? ['respip'] : []),
    ...(dnssec ? ['validator'] : []),
    'iterator',
  ]
  return [
    'directory: "/etc/unbound"',
    'username: "unbound"',
    'chroot: ""',
    ...['127.0.0.1', '::1', ...addresses].map((address) => `interface: ${address}`),
    // At boot it comes before the network, and the mesh comes after that.
    'ip-freebind: yes',
    // Whoever is not named is refused: that is the default, and the loopback is allowed.
    ...clients.map((client) => `access-control: ${client} allow`),
    `module-config: "${modules.join(' ')}"`,
    ...(dnssec ? ['auto-trust-anchor-file: "/var/lib/unbound/root.key"'] : []),
    `tls-cert-bundle: "${authorities}"`,
    'hide-identity: yes',
    'hide-version: yes',
    'harden-below-nxdomain: yes',
    'harden-dnssec-stripped: yes',
    'edns-buffer-size: 1232',
    'minimal-responses: yes',
    'prefetch: yes',
    // What was known is answered while nobody outside can be asked (RFC 8767).
    'serve-expired: yes',
    'serve-expired-ttl: 86400',
    'serve-expired-client-timeout: 1800',
    ...PRIVATE.map((range) => `private-address: ${range}`),
    `private-domain: "${domain}."`,
    ...(forwardZones.length > 0 ? ['do-not-query-localhost: no'] : []),
    // The public domain may be signed; who is asked here signs nothing.
    ...forwardZones.map(({ zone }) => `domain-insecure: "${zone}."`),
  ]
}

/** Names that are not here are looked for elsewhere: the domain may have public names, too. */
function local({ domain, records }: Resolver): string[] {
  const reversed = new Map(records.toReversed().map(({ name, address }) => [address, name]))
  return [
    `local-zone: "${domain}." transparent`,
    ...records.map(({ name, address }) => {
      const type = isIP(address) === 6 ? 'AAAA' : 'A'
      return `local-data: "${name}. ${RECORD_SECONDS} IN ${type} ${address}"`
    }),
    ...[...reversed]
      .toReversed()
      .map(([address, name]) => `local-data-ptr: "${address} ${RECORD_SECONDS} ${name}."`),
  ]
}
