/** How a resolver comes by the names of Consul's catalog, in each mode. */
import { consulZones } from '../../engines/consul/dns-zones.ts'
import { DNS_PORT } from '../../engines/consul/names.ts'
import { command } from '../../resources/command/command.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type LocalAddress, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { DnsOptions } from './options.ts'
import { scripts } from './scripts.generated.ts'
import type { ForwardZone, PolicyZone } from './unbound-conf.ts'

const FOLLOWER = '/usr/local/lib/bramble/follow-catalog'
const UNIT = 'bramble-catalog-names.service'
const ZONE: PolicyZone = { name: 'catalog.bramble', file: '/var/lib/unbound/catalog.zone' }

/** What a mode adds to the configuration. */
export interface ConsulNames {
  readonly policyZones: readonly PolicyZone[]
  readonly forwardZones: readonly ForwardZone[]
}

/** Nothing at all where there is no Consul. */
export function consulNames({ mode }: DnsOptions, node: ClusterNode, cluster: Cluster): ConsulNames {
  const zones = consulZones(node, cluster, mode === 'takeover' ? 'domain' : 'labels')
  if (mode === 'overlay') return { policyZones: zones.length > 0 ? [ZONE] : [], forwardZones: [] }
  return { policyZones: [], forwardZones: zones.map((zone) => ({ zone, to: `127.0.0.1@${DNS_PORT}` })) }
}

/** What follows the catalog, where its names are laid over public ones. */
export function catalogFollower(
  { policyZones }: ConsulNames,
  { domain }: Pick<Cluster, 'domain'>,
  resolver: LocalAddress,
): Resource[] {
  if (!policyZones.includes(ZONE)) return []
  const tools = ['curl', 'jq'].map((name) => debianPackage({ name }))
  const script = file({ path: FOLLOWER, content: scripts['follow-catalog'], mode: '755' })
  const needs = [...tools, script].map(addressOf)
  // What it writes leaves with it.
  const room = command({
    name: 'make room for the names of the catalog',
    run: ['install', '-o', 'unbound', '-g', 'unbound', '-m', '644', '/dev/null', ZONE.file],
    creates: ZONE.file,
    undo: ['rm', '-f', ZONE.file, `${ZONE.file}.new`],
    needs: [resolver],
  })
  const text = unit({ name: UNIT, content: unitText(domain), needs })
  return [
    ...tools,
    script,
    text,
    room,
    service({ name: UNIT, restartOn: [addressOf(text), addressOf(script)], needs: [addressOf(room)] }),
  ]
}

/** It may write the zone and tell Unbound so, and nothing else. */
function unitText(domain: string): string {
  return `[Unit]
Description=Names of Consul's catalog for the resolver
After=unbound.service consul.service

[Service]
User=unbound
Group=unbound
ExecStart=${FOLLOWER} ${domain} ${ZONE.name} ${ZONE.file}
Restart=always
RestartSec=5
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
ReadWritePaths=/var/lib/unbound
CapabilityBoundingSet=
# unbound-control lists the interfaces of the node (AF_NETLINK).
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK

[Install]
WantedBy=multi-user.target
`
}
