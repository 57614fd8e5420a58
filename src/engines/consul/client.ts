/** How `consul` on the user's computer is told where to ask (developer.hashicorp.com/consul/commands, environment variables). */
import { addressBeforePort } from '../autopilot/address-text.ts'
import type { EngineClient } from '../engine-client.ts'
import type { ManagementAccess } from './management.ts'
import { API_PORT } from './names.ts'
import type { Datacenter } from './setup.ts'

/** Through any server; over the network where one of them has its web interface open. */
export function consulClient(datacenter: Datacenter, access: () => ManagementAccess): EngineClient {
  const { servers, clients, uiNodes, networkUnit } = datacenter
  const open = [...servers, ...clients].find(({ name }) => uiNodes.includes(name))
  return {
    name: 'consul',
    members: servers.map(({ name }) => name),
    to: API_PORT,
    // A mesh is for its members: the user's computer is none of them.
    ...(open && networkUnit === undefined && { network: `${addressBeforePort(open.address)}:${API_PORT}` }),
    files: () => {
      const { authorityPem, management } = access()
      return { 'ca.pem': authorityPem, token: `${management.secretId}\n` }
    },
    variables: (at, file) => ({
      CONSUL_HTTP_ADDR: `https://${at}`,
      CONSUL_CACERT: file('ca.pem'),
      CONSUL_HTTP_TOKEN_FILE: file('token'),
    }),
  }
}
