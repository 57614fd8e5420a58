/**
 * The rules as nft reads them. One table of our own, replaced in one transaction; no other table is touched.
 *
 * Packets are judged before anybody translates their addresses, by the port that they were sent to: so a port that a container publishes is
 * closed like every other, whatever translates it later and whether it is answered here or passed on.
 */
import { isIPv6 } from 'node:net'
import type { Opening, Source } from '../../topology/provided.ts'

/** Name of the table. */
export const TABLE = 'bramble'

/** The most characters of a comment (libnftables, NFTNL_UDATA_COMMENT_MAXLEN). */
const MOST_OF_COMMENT = 120

const ALWAYS = `    iif lo accept
    ct state established,related accept
    fib daddr type != { local, broadcast, multicast, anycast } accept comment "not for this node"
    # Path MTU, neighbours, routers, groups: without these an address is lost after a while.
    meta l4proto { icmp, ipv6-icmp, igmp } accept
    udp sport 67 udp dport 68 accept comment "leases"
    ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept comment "leases"`

/** The text of the file. */
export function rulesText(openings: readonly Opening[]): string {
  return `# Written by bramble: closed is what nothing below opens.
table inet ${TABLE}
delete table inet ${TABLE}
table inet ${TABLE} {
  chain inbound {
    # After the tracking of connections (-200), before addresses are translated (-100).
    type filter hook prerouting priority -150; policy accept;
${ALWAYS}
${openings.flatMap(rulesOf).join('\n')}
    counter drop
  }
}
`
}

function rulesOf({ what, who, network, ports, from }: Opening): string[] {
  const why = `${what}, for ${who}${network === undefined ? '' : ` on ${network}`}`
  const comment = JSON.stringify(why.slice(0, MOST_OF_COMMENT))
  return from.flatMap((source) =>
    matchesOf(source).flatMap((match) =>
      (['tcp', 'udp'] as const).flatMap((protocol) => {
        const own = ports.filter((port) => port.protocol === protocol).map(({ port }) => port)
        return own.length === 0 ? [] : [`    ${match}${protocol} dport ${set(own)} accept comment ${comment}`]
      }),
    ),
  )
}

/** What a packet from there looks like; one for each family of addresses. */
function matchesOf({ interface: name, addresses }: Source): string[] {
  const arrives = name === undefined ? '' : `iifname "${name}" `
  if (addresses === undefined) return [arrives]
  const sixes = addresses.filter((address) => isIPv6(address.split('/')[0] ?? ''))
  const fours = addresses.filter((address) => !sixes.includes(address))
  return [
    ...(fours.length === 0 ? [] : [`${arrives}ip saddr ${set(fours)} `]),
    ...(sixes.length === 0 ? [] : [`${arrives}ip6 saddr ${set(sixes)} `]),
  ]
}

function set(members: readonly (string | number)[]): string {
  const unique = [...new Set(members)]
  return unique.length === 1 ? String(unique[0]) : `{ ${unique.join(', ')} }`
}
