/** All that a datacenter holds and all that its agents were told, to see whether somebody changed it. */
import { managementAccess } from '../../../src/engines/consul/management.ts'
import { HTTP_PORT } from '../../../src/engines/consul/names.ts'
import { ask } from './answers.ts'
import type { RealDatacenter } from './datacenter.ts'

const HELD = [
  '/v1/acl/tokens',
  '/v1/acl/policies',
  '/v1/acl/roles',
  '/v1/acl/auth-methods',
  '/v1/acl/binding-rules',
  '/v1/kv/?recurse',
  '/v1/catalog/nodes',
  '/v1/internal/ui/nodes',
  '/v1/session/list',
  '/v1/query',
  '/v1/config/service-defaults',
  '/v1/operator/autopilot/configuration',
  '/v1/operator/raft/configuration',
  '/v1/operator/keyring',
]
const TOLD = ['/v1/agent/services', '/v1/agent/checks', '/v1/agent/members']

/** What moves by itself: indexes, the words of a check, what members find out of each other, and who leads. */
const MOVES = new Set([
  'ModifyIndex',
  'CreateIndex',
  'Index',
  'Output',
  'Messages',
  'Tags',
  'Leader',
  'LastIndex',
])

/** The state, by what was asked. */
export async function stateOf(home: RealDatacenter): Promise<Readonly<Record<string, unknown>>> {
  const nodes = [...home.setup.servers.map(({ name }) => name), 'ears']
  const { token } = managementAccess(home.access)
  const look = async (node: string, path: string): Promise<readonly [string, unknown]> => {
    const door = {
      address: home.address(node),
      port: HTTP_PORT,
      secure: false,
      ...(token !== undefined && { token }),
    }
    const { status, text } = await ask(door, { method: 'GET', path })
    if (status !== 200 && status !== 404) throw new Error(`${path} on ${node}: ${status} ${text}`)
    return [`${node} ${path}`, status === 200 ? still(JSON.parse(text)) : undefined]
  }
  return Object.fromEntries(
    await Promise.all([
      ...HELD.map((path) => look('hammond', path)),
      ...nodes.flatMap((node) => TOLD.map((path) => look(node, path))),
    ]),
  )
}

/** Without what moves by itself; lists in one order. */
function still(value: unknown): unknown {
  if (Array.isArray(value))
    return value
      .map(still)
      .map((one) => JSON.stringify(one))
      .sort()
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !MOVES.has(key))
      .map(([key, one]) => [key, still(one)]),
  )
}
