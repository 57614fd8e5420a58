/** The configuration of dnsmasq, as text. Pure: same input, same bytes. What the words mean: dnsmasq(8). */
import { DNS_PORT as CONSUL_DNS_PORT } from '../../engines/consul/names.ts'
import type { LocalRecord } from '../../engines/resolver/records.ts'
import type { DhcpOptions } from './options.ts'

/** What always gets one address. */
export interface Reservation {
  readonly name: string
  readonly mac: string
  readonly address: string
}

/** What one resolver is told. */
export interface SmallResolver {
  /** Addresses that it answers on, besides the loopback. */
  readonly addresses: readonly string[]
  /** Domain of the cluster, without a trailing dot. */
  readonly domain: string
  readonly records: readonly LocalRecord[]
  /** Zones that the agent of Consul on this very node is asked for. */
  readonly consulZones: readonly string[]
  /** Servers for all other names, as the cluster file has them. */
  readonly upstream: readonly string[]
  readonly dhcp?: DhcpOptions | undefined
  /** Of nodes. */
  readonly reservations: readonly Reservation[]
}

/** Time for which others may keep a name of the cluster; addresses of boards change seldom. */
const RECORD_SECONDS = 60

/** Where it keeps whom it gave an address. */
export const LEASE_FOLDER = '/var/lib/bramble-dnsmasq'

/** The text of the configuration. It reads no other file, so what stands here is all that counts. */
export function dnsmasqConf(resolver: SmallResolver): string {
  const { addresses, domain, records, consulZones, upstream } = resolver
  return `${[
    '# Written by Bramble from the cluster file.',
    'user=dnsmasq',
    'group=dnsmasq',
    // systemd knows its process.
    'pid-file',
    // An address that is not there yet at boot is listened on as soon as it is.
    'bind-dynamic',
    ...['127.0.0.1', '::1', ...addresses].map((address) => `listen-address=${address}`),
    'no-resolv',
    'no-hosts',
    `local-ttl=${RECORD_SECONDS}`,
    'cache-size=1000',
    // Names without a domain, and addresses of the house, are nothing to ask the world for.
    'domain-needed',
    'bogus-priv',
    // No public name may point into the house, but one of this domain.
    'stop-dns-rebind',
    `rebind-domain-ok=/${domain}/`,
    ...records.map(({ name, address }) => `host-record=${name},${address}`),
    ...consulZones.map((zone) => `server=/${zone}/127.0.0.1#${CONSUL_DNS_PORT}`),
    ...upstream.map((server) => `server=${serverWord(server)}`),
    ...dhcpLines(resolver),
  ].join('\n')}\n`
}

/** `ADDRESS#PORT`, from `ADDRESS:PORT` or `[ADDRESS]:PORT`. */
function serverWord(server: string): string {
  const [, six, four, port] = /^(?:\[(.+)\]|([\d.]+))(?::(\d+))?$/.exec(server) ?? []
  const address = six ?? four ?? server
  return port === undefined ? address : `${address}#${port}`
}

function dhcpLines({ dhcp, domain, reservations }: SmallResolver): string[] {
  if (dhcp === undefined) return []
  const others = Object.entries(dhcp.reservations).map(([name, one]) => ({ name, ...one }))
  return [
    `domain=${domain}`,
    `dhcp-leasefile=${LEASE_FOLDER}/leases`,
    `dhcp-range=${dhcp.from},${dhcp.to},${dhcp.lease}`,
    ...(dhcp.router === undefined ? [] : [`dhcp-option=option:router,${dhcp.router}`]),
    ...[...reservations, ...others].map(({ name, mac, address }) => `dhcp-host=${mac},${address},${name}`),
  ]
}
