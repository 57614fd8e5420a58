/** What can be wrong with the servers of Nomad, before any node is touched. */
import { boardFindings } from '../../engines/nomad/board-findings.ts'
import { rolesNomadCodes } from '../../engines/nomad/codes.ts'
import { registering, strangers } from '../../engines/nomad/catalog.ts'
import { consulServiceFindings, jobFindings } from '../../engines/nomad/jobs/job-options.ts'
import { CLIENT_ROLE } from '../../engines/nomad/names.ts'
import type { ServerOptions } from '../../engines/nomad/options.ts'
import { networkFindings } from '../../engines/network-findings.ts'
import type { Content } from '../../resources/kind.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { RoleFinding } from '../role.ts'

/** A board that is sold with 512 MiB does not have it all; one with 1 GiB has more than this. */
const LEAST_MEMORY_BYTES = 768 * 1024 ** 2

/** What is looked at. */
export interface Looked {
  readonly options: ServerOptions
  readonly cluster: Cluster
  readonly nodes: readonly ClusterNode[]
  readonly file: (path: string) => Content
}

/** All findings. */
export function serverFindings({ options, cluster, nodes: servers, file }: Looked): readonly RoleFinding[] {
  return [
    ...numberOf(servers),
    ...boardFindings(cluster, servers),
    ...servers.flatMap(tooSmall),
    ...networkFindings(cluster, options.network, servers),
    ...jobFindings(options, file),
    ...consulServiceFindings(options, file, {
      clients: namesOf(cluster.find(CLIENT_ROLE)),
      registering: namesOf(registering(cluster)),
      strangers: namesOf(strangers(cluster)),
    }),
  ]
}

const namesOf = (nodes: readonly ClusterNode[]): string[] => nodes.map(({ name }) => name)

function numberOf(servers: readonly ClusterNode[]): RoleFinding[] {
  const count = servers.length
  const [first] = servers
  if (count === 1 && first) {
    return [{ diagnostic: rolesNomadCodes.NOMAD_SERVERS_SINGLE({ node: first.name }) }]
  }
  return count > 0 && count % 2 === 0 ? [{ diagnostic: rolesNomadCodes.NOMAD_SERVERS_EVEN({ count }) }] : []
}

function tooSmall({ name, board }: ClusterNode): RoleFinding[] {
  if (board.memoryBytes >= LEAST_MEMORY_BYTES) return []
  const mebibytes = Math.round(board.memoryBytes / 1024 ** 2)
  const details = { node: name, model: board.model, mebibytes }
  return [{ diagnostic: rolesNomadCodes.NOMAD_SERVER_BOARD_TOO_SMALL(details), node: name }]
}
