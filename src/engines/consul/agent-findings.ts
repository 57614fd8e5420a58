/** What an agent of Consul would refuse of a node and its services. */
import type { ClusterService } from '../../topology/service.ts'
import { isIP } from 'node:net'
import type { KeyPath } from '../../cluster-file/positions.ts'
import { rolesConsulCodes } from './codes.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import type { ConsulNode } from './setup.ts'

/** A mistake, and the way to its place in the cluster file. */
export interface AgentFinding {
  readonly diagnostic: Omit<Diagnostic, 'where'>
  readonly path: KeyPath
}

/** Most pairs, and most characters of a value, of the metadata of a node or a service (hashicorp/consul, agent/structs, "metaMaxKeyPairs"). */
const MOST_PAIRS = 64
const MOST_CHARACTERS = 512
/** Of a node, Bramble itself gives three. */
const OWN_PAIRS = 3

/** Findings about nodes with an agent, and the services on them. */
export function agentFindings(
  nodes: readonly ConsulNode[],
  servicesOn: (node: string) => readonly ClusterService[],
): readonly AgentFinding[] {
  const services = new Map(
    nodes.flatMap(({ name }) => servicesOn(name).map((service) => [service.name, service] as const)),
  )
  return [
    ...nodes.flatMap(({ name, address, board }) => [
      ...scoped(name, address),
      ...metadata(`the labels of ${name}`, board.labels, OWN_PAIRS + board.has.length, [
        'nodes',
        name,
        'labels',
      ]),
    ]),
    ...[...services.values()].flatMap(({ name, meta }) => [
      ...(name === 'consul'
        ? [{ diagnostic: rolesConsulCodes.CONSUL_SERVICE_NAME_TAKEN({}), path: ['services', name] }]
        : []),
      ...metadata(`the meta of ${name}`, meta, 0, ['services', name, 'meta']),
    ]),
  ]
}

/** `fe80::1%eth0` names an interface of this computer, which means nothing to the other nodes. */
function scoped(node: string, address: string): AgentFinding[] {
  if (isIP(address) === 0 || !address.includes('%')) return []
  return [
    {
      diagnostic: rolesConsulCodes.CONSUL_ADDRESS_SCOPED({ node, address }),
      path: ['nodes', node, 'address'],
    },
  ]
}

function metadata(
  what: string,
  pairs: Readonly<Record<string, string>>,
  more: number,
  path: readonly string[],
): AgentFinding[] {
  const problem = (key: string, text: string): AgentFinding => ({
    diagnostic: rolesConsulCodes.CONSUL_METADATA_REFUSED({ what, problem: text }),
    path: [...path, key],
  })
  const count = Object.keys(pairs).length + more
  return [
    ...(count > MOST_PAIRS
      ? [
          {
            diagnostic: rolesConsulCodes.CONSUL_METADATA_REFUSED({
              what,
              problem: `are ${count} with those of Bramble`,
            }),
            path,
          },
        ]
      : []),
    ...Object.entries(pairs).flatMap(([key, value]) => [
      ...(key.startsWith('consul-')
        ? [problem(key, `have ${key}, a name that Consul keeps for itself`)]
        : []),
      ...(value.length > MOST_CHARACTERS ? [problem(key, `have ${value.length} characters in ${key}`)] : []),
    ]),
  ]
}
