/** What can be wrong with the servers of Vault, before any node is touched. */
import { rolesVaultCodes } from '../../engines/vault/codes.ts'
import type { VaultOptions } from '../../engines/vault/options.ts'
import { networkFindings } from '../../engines/network-findings.ts'
import { boardsWithout64Bits } from '../../engines/unserved-boards.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { RoleFinding } from '../role.ts'

/** A board that is sold with 512 MiB does not have it all; one with 1 GiB has more than this. */
const LEAST_MEMORY_BYTES = 768 * 1024 ** 2

/** All findings. */
export function serverFindings(
  options: VaultOptions,
  cluster: Cluster,
  servers: readonly ClusterNode[],
): readonly RoleFinding[] {
  return [
    ...numberOf(servers),
    ...keysOf(options),
    ...boardsWithout64Bits(cluster, servers).map((details) => ({
      diagnostic: rolesVaultCodes.VAULT_BOARD_32_BIT(details),
      node: details.node,
    })),
    ...servers.flatMap(tooSmall),
    ...networkFindings(cluster, options.network, servers),
  ]
}

function numberOf(servers: readonly ClusterNode[]): RoleFinding[] {
  const count = servers.length
  const [first] = servers
  if (count === 1 && first)
    return [{ diagnostic: rolesVaultCodes.VAULT_SERVERS_SINGLE({ node: first.name }) }]
  return count > 0 && count % 2 === 0 ? [{ diagnostic: rolesVaultCodes.VAULT_SERVERS_EVEN({ count }) }] : []
}

/** What `vault/seal_config.go` refuses when it is too late to tell it well. */
function keysOf({ shares, threshold }: VaultOptions): RoleFinding[] {
  const option = 'threshold'
  if (threshold > shares) {
    return [{ diagnostic: rolesVaultCodes.VAULT_SHARES_TOO_FEW({ shares, threshold }), option }]
  }
  return threshold === 1 && shares > 1
    ? [{ diagnostic: rolesVaultCodes.VAULT_THRESHOLD_OF_ONE({ shares }), option }]
    : []
}

function tooSmall({ name, board }: ClusterNode): RoleFinding[] {
  if (board.memoryBytes >= LEAST_MEMORY_BYTES) return []
  const mebibytes = Math.round(board.memoryBytes / 1024 ** 2)
  const details = { node: name, model: board.model, mebibytes }
  return [{ diagnostic: rolesVaultCodes.VAULT_BOARD_TOO_SMALL(details), node: name }]
}
