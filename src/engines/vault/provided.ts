/** What the servers give to others: their ports, and who is meant to reach them. */
import type { Provided } from '../../topology/provided.ts'
import { API_PORT, CLUSTER_PORT, LOOPBACK_NAME, ROLE, secretNames } from './names.ts'
import type { Group } from './setup.ts'

/** What a server gives. */
export function providedByServer({ dataFolder, watched, options }: Group): Provided[] {
  const on = options.network === undefined ? {} : { network: options.network }
  const access = { authority: secretNames.authority, serverName: LOOPBACK_NAME }
  const api = [{ port: API_PORT, protocol: 'tcp' }] as const
  return [
    {
      name: 'vault-server',
      ports: [{ port: CLUSTER_PORT, protocol: 'tcp' }],
      to: { roles: [ROLE] },
      databases: [dataFolder],
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
