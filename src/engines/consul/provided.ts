/** What the agents of a datacenter give to others: their ports, and who is meant to reach them. */
import type { Provided, ProvidedPort } from '../../topology/provided.ts'
import { CLIENT_ROLE, SERVER_ROLE } from './datacenter.ts'
import { agentMetrics } from './metrics.ts'
import { API_PORT, GOSSIP_PORT, SERVER_PORT, WAN_PORT } from './names.ts'
import type { ServerOptions } from './options.ts'
import type { Datacenter } from './setup.ts'
import { snapshotBackup } from './snapshot.ts'

type Options = Pick<ServerOptions, 'network'>
type OptionsOfServer = Pick<ServerOptions, 'network' | 'source'>

const AGENTS = { roles: [SERVER_ROLE, CLIENT_ROLE] } as const

const gossip = (port: number): ProvidedPort[] => [
  { port, protocol: 'tcp' },
  { port, protocol: 'udp' },
]

/** What an agent gives that is no server. */
export function providedByClient(datacenter: Datacenter, { network }: Options, node: string): Provided[] {
  const on = network === undefined ? {} : { network }
  const hasUi = datacenter.uiNodes.includes(node)
  return [
    {
      name: 'consul',
      ports: gossip(GOSSIP_PORT),
      to: AGENTS,
      packages: ['consul'],
      databases: [datacenter.dataFolder],
      ...on,
    },
    ...(datacenter.watched
      ? [
          {
            name: 'consul-metrics',
            ports: [{ port: API_PORT, protocol: 'tcp' }],
            to: 'watchers',
            metrics: agentMetrics,
            ...on,
          } satisfies Provided,
        ]
      : []),
    ...(hasUi
      ? [
          {
            name: 'consul-ui',
            ports: [{ port: API_PORT, protocol: 'tcp' }],
            to: 'everyone',
            ...on,
          } satisfies Provided,
        ]
      : []),
  ]
}

/** What a server gives. Other datacenters reach it at the address that it tells them. */
export function providedByServer(datacenter: Datacenter, options: OptionsOfServer, node: string): Provided[] {
  const on = options.network === undefined ? {} : { network: options.network }
  const names = [`consul.service.${datacenter.domain}`]
  const server: Provided = {
    name: 'consul-server',
    ports: [{ port: SERVER_PORT, protocol: 'tcp' }],
    to: AGENTS,
    names,
    backup: { made: [snapshotBackup(options)] },
    ...on,
  }
  const wan: Provided = { name: 'consul-wan', ports: gossip(WAN_PORT), to: 'everyone', ...on }
  return [server, ...providedByClient(datacenter, options, node), ...(datacenter.wan ? [wan] : [])]
}
