/** What roles give each other: networks, values that are given out once, and what they provide. Asked when somebody wants to know. */
import type { Positions } from '../cluster-file/positions.ts'
import type { ClusterLock } from '../cluster-lock/cluster-lock.ts'
import { Bug } from '../diagnostics/bug.ts'
import { resolveCodes } from '../diagnostics/catalogue/resolve.ts'
import type { Diagnostic, FilePlace } from '../diagnostics/diagnostic.ts'
import type { Role } from '../roles/role.ts'
import { allocate, type Allocation, type AllocationOutcome } from '../topology/allocation.ts'
import type { BackupKeeper } from '../topology/backup.ts'
import type { Cluster } from '../topology/cluster.ts'
import type { Network } from '../topology/network.ts'
import type { Opening, ProvidedOnNode } from '../topology/provided.ts'
import type { Watcher } from '../topology/watcher.ts'

type Roles = Readonly<Record<string, Role>>

/** An allocation, the role that makes it, and what came of it. */
interface Given extends AllocationOutcome {
  readonly role: string
  readonly allocation: Allocation
}

/** What of a cluster roles make together. */
export type SharedKey = 'network' | 'allocated' | 'provided' | 'openings' | 'watchers' | 'keeper'

/** What is shared in a cluster. */
export interface Shared extends Pick<Cluster, SharedKey> {
  /** All that is given out, for the cluster lock. */
  readonly allocations: () => ClusterLock['allocations']
  readonly diagnostics: (positions: Positions, placeOf: PlaceOfRole) => readonly Diagnostic[]
}

type PlaceOfRole = (positions: Positions, role: string, option?: string) => FilePlace

/** Everything that roles share; `cluster` is asked for when it is there. */
export function sharedOf(cluster: () => Cluster, roles: Roles, lock: ClusterLock): Shared {
  const inUse = once(() => [...new Set(cluster().nodes.flatMap((node) => node.roles))])
  const contextOf = (name: string) => ({ options: cluster().options(name) as never, cluster: cluster() })
  const given = once(() =>
    inUse().flatMap((role) =>
      (roles[role]?.allocations?.(contextOf(role)) ?? []).map((allocation): Given => {
        const before = lock.allocations[allocation.name] ?? {}
        return { role, allocation, ...allocate(allocation, before, (holder) => holder in lock.nodes) }
      }),
    ),
  )
  const allocated = once(() => new Map(given().map(({ allocation, ...own }) => [allocation.name, own])))
  const provided = once(() => providedBy(cluster(), roles))
  const networks = new Map<string, Network | undefined>()
  const network = (role: string): Network | undefined => {
    if (!networks.has(role)) {
      networks.set(role, inUse().includes(role) ? roles[role]?.network?.(contextOf(role)) : undefined)
    }
    return networks.get(role)
  }
  return {
    network,
    allocated: (name) => allocated().get(name)?.allocated ?? {},
    provided,
    openings: (node) => openingsOn(cluster(), roles, node),
    watchers: once(() => watchersOf(cluster(), roles)),
    keeper: (node) => keeperOf(cluster(), roles, node),
    allocations: () =>
      Object.fromEntries(
        given().map(({ allocation, allocated: values }) => [allocation.name, { ...values }]),
      ),
    diagnostics: (positions, placeOf) =>
      given().flatMap((each) => findings(each, placeOf(positions, each.role, each.allocation.option))),
  }
}

function findings({ role, allocation, without, twice }: Given, where: FilePlace): Diagnostic[] {
  const { name, what } = allocation
  return [
    ...(without.length > 0 ? [resolveCodes.ALLOCATION_EXHAUSTED({ role, what, without }, { where })] : []),
    ...twice.map((pair) => resolveCodes.ALLOCATION_TWICE({ name, what, ...pair }, { where })),
  ]
}

function providedBy(cluster: Cluster, roles: Roles): readonly ProvidedOnNode[] {
  return cluster.nodes.flatMap((node) => [
    ...cluster
      .usesOn(node.name)
      .flatMap(({ role, options }) =>
        (roles[role]?.provides?.({ options: options as never, node, cluster }) ?? []).map(
          (one): ProvidedOnNode => ({ ...one, node: node.name, role }),
        ),
      ),
    ...cluster.services().flatMap(({ service: { name, port, to }, nodes }): ProvidedOnNode[] =>
      port === undefined || !nodes.includes(node.name)
        ? []
        : [
            {
              name,
              ports: [{ port, protocol: 'tcp' }],
              to: to ?? 'cluster',
              node: node.name,
              role: 'services',
            },
          ],
    ),
  ])
}

function openingsOn(cluster: Cluster, roles: Roles, name: string): readonly Opening[] | undefined {
  const node = cluster.nodes.find((one) => one.name === name)
  if (node === undefined) return undefined
  const said = cluster
    .usesOn(name)
    .flatMap(({ role, options }) => [roles[role]?.openings?.({ options: options as never, node, cluster })])
    .filter((one) => one !== undefined)
  return said.length === 0 ? undefined : said.flat()
}

function watchersOf(cluster: Cluster, roles: Roles): readonly Watcher[] {
  return cluster.nodes.flatMap((node) => {
    const watching = cluster.usesOn(node.name).filter(({ role }) => roles[role]?.watches)
    return watching.map(({ role }) => ({ role, node }))
  })
}

function keeperOf(cluster: Cluster, roles: Roles, name: string): BackupKeeper | undefined {
  const node = cluster.nodes.find((one) => one.name === name)
  if (node === undefined) return undefined
  for (const { role, options } of cluster.usesOn(name)) {
    const keeper = roles[role]?.keeps?.({ options: options as never, node, cluster })
    if (keeper !== undefined) return keeper
  }
  return undefined
}

/** Works it out when it is first asked for. Who asks for it while it is worked out asks for himself. */
function once<Value>(work: () => Value): () => Value {
  let state: { readonly value: Value } | 'working' | undefined
  return () => {
    if (state === 'working') throw new Bug('what roles share was asked for by a role that makes it')
    if (state === undefined) {
      state = 'working'
      try {
        state = { value: work() }
      } catch (error) {
        state = undefined
        throw error
      }
    }
    return state.value
  }
}
