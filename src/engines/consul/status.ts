/** What the datacenter is like right now, in three questions: for `bramble status`. */
import type { NodeLink } from '../contract.ts'
import { withApi } from './api.ts'
import { askHealth } from './ask-server.ts'
import { managementAccess, type ManagementAccess } from './management.ts'
import { ALIVE, checksReply, LEFT, membersReply } from './replies.ts'

/** One member as the gossip sees it. */
export interface ConsulMember {
  readonly node: string
  readonly address: string
  readonly status: 'alive' | 'failed' | 'left'
  readonly role: 'server' | 'client'
  readonly version: string
}

/** A check that does not pass. */
export interface FailingCheck {
  readonly node: string
  readonly check: string
  /** Empty for a check of the node. */
  readonly service: string
  readonly status: string
  readonly output: string
}

/** The datacenter as one member sees it. */
export interface ConsulStatus {
  readonly members: readonly ConsulMember[]
  readonly leader?: string
  readonly voters: readonly string[]
  readonly healthy: boolean
  readonly failureTolerance: number
  readonly failingChecks: readonly FailingCheck[]
}

/** Asks one member. A sentence instead when it cannot be asked. */
export function consulStatus(
  link: NodeLink,
  node: string,
  access: ManagementAccess,
): Promise<ConsulStatus | string> {
  return withApi(link, node, managementAccess(access), async (api) => {
    const filter = encodeURIComponent('Status != "passing"')
    const [members, health, checks] = await Promise.all([
      api.get('/v1/agent/members', membersReply),
      askHealth(api),
      api.get(`/v1/health/state/any?filter=${filter}`, checksReply),
    ])
    if (!members.ok) return members.problem
    const voters = health?.Servers.filter(({ Voter }) => Voter) ?? []
    const leader = health?.Servers.find(({ Leader }) => Leader)?.Name
    return {
      members: members.value.map(({ Name, Addr, Status, Tags }) => ({
        node: Name,
        address: Addr,
        status: Status === ALIVE ? 'alive' : Status === LEFT ? 'left' : 'failed',
        role: Tags['role'] === 'consul' ? 'server' : 'client',
        version: Tags['build']?.split(':')[0] ?? '',
      })),
      ...(leader !== undefined && { leader }),
      voters: voters.map(({ Name }) => Name),
      healthy: health?.Healthy ?? false,
      failureTolerance: health?.FailureTolerance ?? 0,
      failingChecks: !checks.ok
        ? []
        : checks.value.map(({ Node, Name, ServiceName, Status, Output }) => ({
            node: Node,
            check: Name,
            service: ServiceName,
            status: Status,
            output: Output,
          })),
    }
  })
}
