/** The domain of the cluster should be one that nobody else can come to own. */
import { clusterCodes } from '../../diagnostics/catalogue/cluster.ts'
import type { Rule } from './rule.ts'

/**
 * Endings that people make up, and endings that are reserved for something else (RFC 2606, 6761, 7686, 9476). None of them can be
 * registered. Endings that are missing here are taken for real: a list of all real ones would be out of date within weeks.
 */
const MADE_UP: ReadonlySet<string> = new Set(
  (
    'alt arpa bramble cluster consul corp dc dc1 domain home homelab host internal-net intra intranet invalid k3s k8s lab lan local-net localdomain ' +
    'localhost localnet localnetwork mesh mydomain mynet net1 network-local nomad onion pi private raspberry raspi router server swarm vault vpn workgroup'
  ).split(' '),
)

/** Set aside for private use: RFC 8375 (home.arpa), ICANN resolution 2024.07.29.06 (internal), RFC 6761 (test, example). */
const PRIVATE = /(?:^|\.)home\.arpa$|\.(?:internal|test|example)$/

/** Endings of two labels under which others register their own names (publicsuffix.org), as far as people run boards there. */
const SHARED: ReadonlySet<string> = new Set(
  (
    'ac.uk co.uk ltd.uk me.uk net.uk org.uk plc.uk asn.au com.au id.au net.au org.au co.nz net.nz org.nz ac.jp co.jp ne.jp or.jp com.br net.br org.br ' +
    'com.cn net.cn org.cn com.tw com.hk co.in net.in org.in co.kr co.za org.za com.mx com.ar com.tr com.sg com.my com.pl net.pl org.pl co.il co.id co.at or.at ' +
    'com.pt com.es com.ua eu.org ddns.net dedyn.io duckdns.org dynv6.net freeddns.org github.io hopto.org myfritz.net no-ip.org pages.dev selfhost.eu spdns.de ' +
    'synology.me dyndns.org dynu.net zapto.org'
  ).split(' '),
)

/** Warns of a domain that looks made up or belongs to multicast DNS. */
export const domainIsOwned: Rule = ({ domain }, positions) => {
  const where = positions.of(['domain'])
  const ending = domain.split('.').at(-1) ?? domain
  if (PRIVATE.test(domain)) return []
  if (ending === 'local') return [clusterCodes.DOMAIN_BELONGS_TO_MDNS({ domain }, { where })]
  const madeUp = MADE_UP.has(ending) || !/^(?:[a-z]{2,}|xn--[a-z0-9-]+)$/.test(ending)
  if (madeUp) return [clusterCodes.DOMAIN_UNREGISTERED({ domain, ending }, { where })]
  if (domain.includes('.') && !SHARED.has(domain)) return []
  return [clusterCodes.DOMAIN_OF_EVERYBODY({ domain }, { where })]
}
