/** The role `dns`: a resolver that knows the names of the cluster, and asks for public names over TLS. */
import { isAddress, resolverFindings, seenOn } from '../../engines/resolver/findings.ts'
import { resolverGate } from '../../engines/resolver/gate.ts'
import { localRecords, resolverRecords, resolversName } from '../../engines/resolver/records.ts'
import { resolverProbe } from '../../engines/resolver/status.ts'
import { command } from '../../resources/command/command.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type LocalAddress, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { accountOfPackage } from '../../resources/user/account-of-package.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { defineRole, type RoleContext } from '../role.ts'
import { catalogFollower, consulNames } from './consul-names.ts'
import { dnsOptions, type DnsOptions } from './options.ts'
import { scripts } from './scripts.generated.ts'
import { unboundConf, type ForwardZone, type PolicyZone } from './unbound-conf.ts'

const ROLE = 'dns'
const CONFIG = '/etc/unbound/unbound.conf'
const AUTHORITIES = '/etc/unbound/upstream-ca.pem'
const FOLDER = '/usr/local/lib/bramble'
const CHECKER = `${FOLDER}/check-unbound`
const ROOT_KEYS = '/var/lib/unbound/root.key'
const DEBIAN_AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt'

/** Nodes at all their addresses, whichever way a packet takes. */
function clientsOf({ clients, network }: DnsOptions, cluster: Cluster): string[] {
  const range = network === undefined ? undefined : cluster.network(network)?.range
  const nodes = cluster.nodes.map(({ address }) => address).filter(isAddress)
  return [...new Set([...nodes, ...(range === undefined ? [] : [range]), ...clients])]
}

/** Others than nodes are not on the network of the nodes. */
function addressesOf(node: ClusterNode, options: DnsOptions, cluster: Cluster): string[] {
  const own = options.clients.length > 0 ? [node.address] : []
  return [...new Set([seenOn(node, options.network, cluster).address, ...own])].filter(isAddress)
}

const DROP_INS = '/etc/systemd/system/unbound.service.d'
/** Unbound has given up its rights by then, and cannot take away what it made with them. */
const STOPPED = '[Service]\nExecStopPost=-/bin/rm -f /run/unbound.ctl\n'

/** The service, started anew for what it reads, and what its unit has besides. */
function daemon(read: readonly Resource[], config: LocalAddress): [Resource, ...Resource[]] {
  const stopped = file({ path: `${DROP_INS}/50-bramble.conf`, content: STOPPED })
  const running = service({
    name: 'unbound',
    restartOn: [...read, stopped].map(addressOf),
    needs: [config],
  })
  return [running, directory({ path: DROP_INS }), stopped]
}

function resources(context: RoleContext<DnsOptions>): Resource[] {
  const { options, node, cluster, file: read } = context
  const unbound = debianPackage({ name: 'unbound', program: '/usr/sbin/unbound' })
  const rootData = debianPackage({ name: 'dns-root-data' })
  const needs = [addressOf(unbound), addressOf(rootData)]
  const keys = rootKeys(needs)
  const checker = file({ path: CHECKER, content: scripts['check-config'], mode: '755', needs })
  const { upstream_ca: path } = options
  const authorities = path === undefined ? [] : [file({ path: AUTHORITIES, content: read(path), needs })]
  const blocked = blocklist(options, read, needs)
  const names = consulNames(options, node, cluster)
  const beside = [...authorities, ...blocked.resources]
  const config = file({
    path: CONFIG,
    content: configText(context, [...names.policyZones, ...blocked.zones], names.forwardZones),
    validate: [CHECKER, '{}'],
    needs: [...[checker, keys].map(addressOf), ...beside.map(addressOf)],
  })
  const [running, ...afterStop] = daemon([unbound, config, ...beside], addressOf(config))
  const installed = [unbound, rootData, debianPackage({ name: 'ca-certificates' })]
  const follower = catalogFollower(names, cluster, addressOf(running))
  return [
    ...accountOfPackage('unbound', '/var/lib/unbound'),
    ...installed,
    ...afterStop,
    directory({ path: FOLDER }),
    checker,
    keys,
    ...beside,
    config,
    running,
    ...follower,
  ]
}

/** Without them it does not start. Debian's unit brings them, too, but the checker wants them before the first start. */
function rootKeys(needs: readonly LocalAddress[]): Resource {
  return command({
    name: 'give Unbound the keys of the root, which it keeps up to date by itself',
    run: ['install', '-o', 'unbound', '-g', 'unbound', '-m', '644', '/usr/share/dns/root.key', ROOT_KEYS],
    creates: ROOT_KEYS,
    undo: ['rm', '-f', ROOT_KEYS],
    needs,
  })
}

function configText(
  { options, node, cluster }: RoleContext<DnsOptions>,
  policyZones: readonly PolicyZone[],
  forwardZones: readonly ForwardZone[],
): string {
  return unboundConf({
    addresses: addressesOf(node, options, cluster),
    clients: clientsOf(options, cluster),
    domain: cluster.domain,
    records: [
      ...localRecords(options.records, cluster),
      ...resolverRecords(
        cluster.find(ROLE).map((one) => seenOn(one, options.network, cluster)),
        cluster,
      ),
    ],
    upstream: options.upstream,
    authorities: options.upstream_ca === undefined ? DEBIAN_AUTHORITIES : AUTHORITIES,
    dnssec: options.dnssec,
    policyZones,
    forwardZones,
  })
}

/** Each list has a name of its own, so that the checker reads a new one together with the configuration, before either counts. */
function blocklist(
  { blocklist: path }: DnsOptions,
  read: RoleContext['file'],
  needs: readonly LocalAddress[],
): { readonly zones: readonly PolicyZone[]; readonly resources: readonly Resource[] } {
  if (path === undefined) return { zones: [], resources: [] }
  const content = read(path)
  const zone = {
    name: 'blocklist.bramble',
    file: `/etc/unbound/blocklist-${content.sha256.slice(0, 12)}.rpz`,
  }
  return { zones: [zone], resources: [file({ path: zone.file, content, needs })] }
}

/** Unbound from Debian. Local names, then public ones over TLS; its own checker reads the configuration before it goes live. */
const dns = defineRole({
  name: ROLE,
  summary: 'A resolver: names of the cluster and of its services, then public names over TLS.',
  pace: 'one at a time',
  options: dnsOptions,
  findings: ({ options, cluster }) => resolverFindings(ROLE, options.network, cluster),
  files: (options) =>
    (['upstream_ca', 'blocklist'] as const).flatMap((option) => {
      const path = options[option]
      return path === undefined ? [] : [{ path, option }]
    }),
  provides: ({ options, cluster }) => [
    {
      name: 'dns',
      names: [resolversName(cluster)],
      ports: [
        { port: 53, protocol: 'udp' },
        { port: 53, protocol: 'tcp' },
      ],
      // Unbound itself refuses whoever is not named.
      to: options.clients.length > 0 ? 'everyone' : 'cluster',
      ...(options.network !== undefined && options.clients.length === 0 && { network: options.network }),
    },
  ],
  resources,
  status: ({ cluster, nodes }) =>
    resolverProbe(
      ROLE,
      nodes.map(({ name }) => name),
      resolversName(cluster),
    ),
  gates: ({ node, cluster }) => [resolverGate(ROLE, node.name, resolversName(cluster))],
})

export default dns
