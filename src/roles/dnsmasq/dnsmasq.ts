/** The role `dnsmasq`: a resolver for the small case, and addresses for the house if asked. */
import { isIPv4 } from 'node:net'
import { consulZones } from '../../engines/consul/dns-zones.ts'
import { isAddress, resolverFindings, seenOn } from '../../engines/resolver/findings.ts'
import { resolverGate } from '../../engines/resolver/gate.ts'
import { localRecords, resolverRecords, resolversName } from '../../engines/resolver/records.ts'
import { resolverProbe } from '../../engines/resolver/status.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { accountOfPackage } from '../../resources/user/account-of-package.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { defineRole, type RoleContext } from '../role.ts'
import { dnsmasqConf, LEASE_FOLDER, type Reservation } from './dnsmasq-conf.ts'
import { dnsmasqOptions, type DnsmasqOptions } from './options.ts'

const ROLE = 'dnsmasq'
const PROGRAM = '/usr/sbin/dnsmasq'
const FOLDER = '/etc/bramble'
const CONFIG = `${FOLDER}/dnsmasq.conf`
const UNIT = 'bramble-dnsmasq.service'
const USER = 'dnsmasq'

/** Written before it gives up its rights, so it is root’s. */
const leases = directory({ path: LEASE_FOLDER, purge: ['leases'] })

/** Nodes whose network port the cluster file knows. */
function reservedNodes(cluster: Cluster): Reservation[] {
  return cluster.nodes.flatMap(({ name, mac, address }) =>
    mac !== undefined && isIPv4(address) ? [{ name, mac, address }] : [],
  )
}

function configText({ options, node, cluster }: RoleContext<DnsmasqOptions>): string {
  const seen = cluster.find(ROLE).map((one) => seenOn(one, options.network, cluster))
  const forOthers = options.answers === 'everyone' || options.dhcp !== undefined ? [node.address] : []
  const addresses = [seenOn(node, options.network, cluster).address, ...forOthers]
  return dnsmasqConf({
    addresses: [...new Set(addresses)].filter(isAddress),
    domain: cluster.domain,
    records: [...localRecords(options.records, cluster), ...resolverRecords(seen, cluster)],
    consulZones: consulZones(node, cluster),
    upstream: options.upstream,
    dhcp: options.dhcp,
    reservations: reservedNodes(cluster),
  })
}

/** The program alone, without the package `dnsmasq`: that one starts with a configuration of its own, and reads what others put beside it. */
function resources(context: RoleContext<DnsmasqOptions>): Resource[] {
  const program = debianPackage({ name: 'dnsmasq-base', program: PROGRAM })
  const config = file({
    path: CONFIG,
    content: configText(context),
    validate: [PROGRAM, '--test', '-C', '{}'],
    needs: [addressOf(program)],
  })
  const text = unit({ name: UNIT, content: UNIT_TEXT, needs: [addressOf(config)] })
  return [
    ...accountOfPackage(USER, '/var/lib/misc'),
    program,
    directory({ path: FOLDER }),
    ...(context.options.dhcp === undefined ? [] : [leases]),
    config,
    text,
    service({
      name: UNIT,
      restartOn: [program, config, text].map(addressOf),
      needs: [addressOf(text)],
    }),
  ]
}

const UNIT_TEXT = `[Unit]
Description=The small resolver of the cluster
After=network.target
Wants=nss-lookup.target
Before=nss-lookup.target

[Service]
ExecStart=${PROGRAM} --keep-in-foreground --conf-file=${CONFIG}
Restart=always
RestartSec=2
ReadWritePaths=-${LEASE_FOLDER}
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
NoNewPrivileges=yes
# It begins as root for its ports, and goes on as its own user.
CapabilityBoundingSet=CAP_NET_BIND_SERVICE CAP_NET_ADMIN CAP_NET_RAW CAP_SETUID CAP_SETGID CAP_CHOWN CAP_DAC_OVERRIDE
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK AF_PACKET

[Install]
WantedBy=multi-user.target
`

/** dnsmasq from Debian. Its own checker reads the configuration before it goes live. */
const dnsmasq = defineRole({
  name: ROLE,
  summary:
    'A small resolver: names of the cluster and of Consul, then those of the house; addresses if asked.',
  pace: 'one at a time',
  options: dnsmasqOptions,
  findings: ({ options, cluster }) => resolverFindings(ROLE, options.network, cluster),
  provides: ({ options, cluster }) => [
    {
      name: ROLE,
      names: [resolversName(cluster)],
      ports: [
        { port: 53, protocol: 'udp' },
        { port: 53, protocol: 'tcp' },
      ],
      to: options.dhcp === undefined ? options.answers : 'everyone',
      ...(options.network !== undefined &&
        options.answers === 'cluster' &&
        options.dhcp === undefined && { network: options.network }),
    },
    ...(options.dhcp === undefined
      ? []
      : [{ name: 'dhcp', ports: [{ port: 67, protocol: 'udp' as const }], to: 'everyone' as const }]),
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

export default dnsmasq
