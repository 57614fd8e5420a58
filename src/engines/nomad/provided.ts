/** What the servers give to others: their ports, and who is meant to reach them. */
import type { ConsulRight, Provided, ProvidedPort } from '../../topology/provided.ts'
import {
  API_PORT,
  CLIENT_API_PORT,
  CLIENT_ROLE,
  GOSSIP_PORT,
  LOOPBACK_NAME,
  RPC_PORT,
  secretNames,
  SERVER_ROLE,
} from './names.ts'
import type { ProvidedIdentities } from '../../topology/identities.ts'
import { dialectOf } from './lines.ts'
import type { Region } from './setup.ts'
import { snapshotBackup } from './snapshot.ts'

const AGENTS = { roles: [SERVER_ROLE, CLIENT_ROLE] } as const
const tcp = (port: number): ProvidedPort => ({ port, protocol: 'tcp' })
const API: Pick<Provided, 'ports'> = { ports: [tcp(API_PORT)] }

/** Where a server gives it, and how its work is known. */
export interface ServerGives {
  readonly node: string
  readonly network: string | undefined
  readonly identities: ProvidedIdentities | undefined
}

/** What a server gives. Metrics are for whoever reaches the port (`command/agent/metrics_endpoint.go` asks for no token). */
export function providedByServer(region: Region, { node, network, identities }: ServerGives): Provided[] {
  const on = network === undefined ? {} : { network }
  const access = { authority: secretNames.authority, serverName: LOOPBACK_NAME }
  return [
    {
      name: 'nomad-server',
      ports: [tcp(RPC_PORT), tcp(GOSSIP_PORT), { port: GOSSIP_PORT, protocol: 'udp' }],
      to: AGENTS,
      databases: [region.dataFolder],
      ...(dialectOf(region.version).snapshotRight && { backup: { made: [snapshotBackup] } }),
      ...(identities && { identities }),
      ...on,
    },
    ...(region.watched
      ? [
          {
            name: 'nomad-metrics',
            ...API,
            to: 'watchers' as const,
            metrics: {
              path: '/v1/metrics?format=prometheus',
              port: API_PORT,
              scheme: 'https' as const,
              access,
            },
            ...on,
          },
        ]
      : []),
    ...(region.uiNodes.includes(node) ? [{ name: 'nomad-ui', ...API, to: 'everyone' as const, ...on }] : []),
  ]
}

/**
 * What a client gives: its metrics, where somebody watches, and what it registers in Consul. Servers reach it by the connection that it has opened.
 * `registers` is what it registers with, where it does.
 */
export function providedByClient(
  { watched }: Region,
  network: string | undefined,
  registers: ConsulRight | undefined,
): Provided[] {
  const registered: Provided[] =
    registers === undefined ? [] : [{ name: 'nomad-work', ports: [], to: 'cluster', consulRight: registers }]
  if (!watched) return registered
  return [
    ...registered,
    {
      name: 'nomad-client-metrics',
      ports: [tcp(CLIENT_API_PORT)],
      to: 'watchers',
      metrics: {
        path: '/v1/metrics?format=prometheus',
        port: CLIENT_API_PORT,
        scheme: 'https',
        access: { authority: secretNames.authority, serverName: LOOPBACK_NAME },
      },
      ...(network !== undefined && { network }),
    },
  ]
}
