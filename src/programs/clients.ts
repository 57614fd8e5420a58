/** The engines' own clients, of all roles in use. */
import type { EngineClient } from '../engines/engine-client.ts'
import type { Resolved } from '../resolve/resolve.ts'
import type { RoleSecrets } from '../wishes/secret-wish.ts'
import { usesInOrder } from './programs.ts'

/**
 * How the engines' own clients are told where to ask. Where several roles speak for one client, the one that keeps a group goes first: who is
 * asked there speaks for all.
 */
export function clientsOf(resolved: Resolved, secrets: () => RoleSecrets): readonly EngineClient[] {
  const said = usesInOrder(resolved).flatMap(({ role, given }) => {
    const client = role.client?.({ ...given, secrets })
    return client ? [{ client, isForAll: role.group !== undefined }] : []
  })
  const clients = new Map<string, EngineClient>()
  for (const { client } of said.toSorted((a, b) => Number(b.isForAll) - Number(a.isForAll))) {
    const first = clients.get(client.name) ?? client
    const members = [...new Set([...first.members, ...client.members])]
    clients.set(client.name, { ...first, members })
  }
  return [...clients.values()]
}
