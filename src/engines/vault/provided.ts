/** What the servers give to others: their ports, and who is meant to reach them. */
import type { ConsulRight, Provided } from '../../topology/provided.ts'
import { API_PORT, CLUSTER_PORT, LOOPBACK_NAME, ROLE, secretNames } from './names.ts'
import type { VaultOptions } from './options.ts'
import type { Group } from './setup.ts'
import { snapshotBackup } from './snapshot.ts'

/** What a server gives. */
export function providedByServer(group: Group, node: string): Provided[] {
  const { dataFolder, watched, options } = group
  const on = options.network === undefined ? {} : { network: options.network }
  const access = { authority: secretNames.authority, serverName: LOOPBACK_NAME }
  const api = [{ port: API_PORT, protocol: 'tcp' }] as const
  return [
    {
      name: 'vault-server',
      ports: [{ port: CLUSTER_PORT, protocol: 'tcp' }],
      to: { roles: [ROLE] },
      ...(options.storage === 'raft'
        ? { databases: [dataFolder], backup: { made: [snapshotBackup(group)] } }
        : { consulRight: consulRight(options, node) }),
      ...on,
    },
    { name: 'vault', ports: api, to: options.api, ...on },
    ...(watched
      ? [
          {
            name: 'vault-metrics',
            ports: api,
            to: 'watchers' as const,
            metrics: {
              path: '/v1/sys/metrics?format=prometheus',
              port: API_PORT,
              scheme: 'https' as const,
              access,
            },
            ...on,
          },
        ]
      : []),
  ]
}

/**
 * What a server may do in Consul where its data lie there: its data, its own service, and the session that holds the lock of whoever is
 * active (Vault's page "Consul storage backend", "ACLs"), on the agent of its node and no other.
 */
export function consulRight(
  { consul_path: path }: Pick<VaultOptions, 'consul_path'>,
  node: string,
): ConsulRight {
  const rights = [
    ['key_prefix', path, 'write'],
    ['service', 'vault', 'write'],
    ['session', node, 'write'],
    ['agent', node, 'read'],
  ]
  return {
    secret: secretNames.consulToken(node),
    name: `vault-${node}`,
    rules: rights.map(([what, name, policy]) => `${what} "${name}" { policy = "${policy}" }\n`).join(''),
  }
}
