/** What can be wrong with the servers of Vault, before any node is touched. */
import { hasAgent } from '../../engines/consul/dns-zones.ts'
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
    ...numberOf(options, servers),
    ...withoutConsul(options, servers),
    ...keysOf(options),
    ...entriesOf(options),
    ...boardsWithout64Bits(cluster, servers).map((details) => ({
      diagnostic: rolesVaultCodes.VAULT_BOARD_32_BIT(details),
      node: details.node,
    })),
    ...servers.flatMap(tooSmall),
    ...networkFindings(cluster, options.network, servers),
  ]
}

function numberOf({ storage }: VaultOptions, servers: readonly ClusterNode[]): RoleFinding[] {
  const count = servers.length
  const [first] = servers
  if (count === 1 && first)
    return [{ diagnostic: rolesVaultCodes.VAULT_SERVERS_SINGLE({ node: first.name }) }]
  // Without a consensus of their own any one of them is enough.
  if (storage === 'consul') return []
  return count > 0 && count % 2 === 0 ? [{ diagnostic: rolesVaultCodes.VAULT_SERVERS_EVEN({ count }) }] : []
}

/** A server has its data through the agent of its own node. */
function withoutConsul({ storage }: VaultOptions, servers: readonly ClusterNode[]): RoleFinding[] {
  if (storage !== 'consul') return []
  return servers
    .filter((node) => !hasAgent(node))
    .map(({ name: node }) => ({
      diagnostic: rolesVaultCodes.VAULT_WITHOUT_CONSUL({ node }),
      node,
      option: 'storage',
    }))
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

/** Entries in what is no kv, or is to go. What somebody made by hand is not in the cluster file, and told when Vault is asked. */
function entriesOf({ kv, mounts }: VaultOptions): RoleFinding[] {
  return Object.keys(kv).flatMap((path) => {
    const [mount] = Object.keys(mounts)
      .filter((one) => path.startsWith(`${one}/`))
      .toSorted((a, b) => b.length - a.length)
    const written = mount === undefined ? undefined : mounts[mount]
    if (mount === undefined || written === undefined) return []
    if (written.type === 'kv') return []
    const is = written.type === undefined ? 'is to be taken away' : `is of type ${written.type}`
    const diagnostic = rolesVaultCodes.VAULT_ENTRY_WITHOUT_ENGINE({ path, mount, is })
    return [{ diagnostic, option: ['kv', path] }]
  })
}

function tooSmall({ name, board }: ClusterNode): RoleFinding[] {
  if (board.memoryBytes >= LEAST_MEMORY_BYTES) return []
  const mebibytes = Math.round(board.memoryBytes / 1024 ** 2)
  const details = { node: name, model: board.model, mebibytes }
  return [{ diagnostic: rolesVaultCodes.VAULT_BOARD_TOO_SMALL(details), node: name }]
}
