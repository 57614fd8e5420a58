/** In which order the nodes of a run take a step, and how many at once: from what roles say, ways through nodes, and canaries. */
import type { GroupState } from '../engines/raft-group.ts'
import { mostAtOnce, type Pace } from '../topology/pace.ts'
import { NodeOrder } from './node-order.ts'
import { Slots, type Share } from './slots.ts'
import type { Split } from './split.ts'
import { groupsToGrow, isAtWork, type GuardedNode, type PendingNode } from './turns.ts'
import type { RolloutNode } from './work.ts'

/** The order of a step of these nodes, and the room that there is for them. */
export interface RunOrder {
  readonly order: NodeOrder
  /** What is scarce on each node. */
  readonly shares: ReadonlyMap<string, readonly Share[]>
}

/** Those that take part in the step, and what is known of each. */
interface Step {
  /** All nodes of the run. */
  readonly nodes: readonly RolloutNode[]
  /** Those that take the step, or have ended already. */
  readonly taking: ReadonlySet<string>
  /** Is the node a way that others must not lose meanwhile? Else those behind it wait for it. */
  readonly interrupts: (node: string) => boolean
}

/** The order of the changes. What only is to be created disturbs nobody, and waits for no room. */
export function orderOfChanges(
  nodes: readonly RolloutNode[],
  { free, joining, inTurns }: Pick<Split, 'free' | 'joining' | 'inTurns'>,
  {
    pending,
    ended = [],
    states = [],
  }: {
    readonly pending: readonly PendingNode[]
    readonly ended?: Iterable<string>
    readonly states?: readonly GroupState[]
  },
): RunOrder {
  const order = new NodeOrder()
  const byName = new Map(pending.map((node) => [node.name, node]))
  const taking = new Set([...free, ...joining, ...inTurns].map(({ name }) => name))
  const grown = groupsToGrow(inTurns).flatMap(({ wanted }) => wanted)
  const first = [...joining, ...free.filter(({ name }) => grown.includes(name))]
  for (const { name: node } of inTurns) {
    for (const { name: after } of first) order.add({ node, after, why: 'joins' })
  }
  addWays(order, {
    nodes,
    taking: new Set([...taking, ...ended]),
    interrupts: (name) => {
      const node = byName.get(name)
      return node?.isManaged === true && node.pending.some(({ action }) => action !== 'create')
    },
  })
  addLeaders(order, inTurns, states)
  const atWork = free.filter(isAtWork)
  addCanaries(order, atWork)
  return { order, shares: sharesOf(nodes, pending.filter(isAtWork), 'together') }
}

/** The order of the restarts. Who was never changed before has nothing to break. */
export function orderOfReboots(
  nodes: readonly RolloutNode[],
  due: readonly GuardedNode[],
  {
    inTurns,
    fresh,
    states,
  }: {
    readonly inTurns: readonly GuardedNode[]
    readonly fresh: ReadonlySet<string>
    readonly states: readonly GroupState[]
  },
  order = new NodeOrder(),
): RunOrder {
  const taking = new Set(due.map(({ name }) => name))
  addWays(order, { nodes, taking, interrupts: () => true })
  addLeaders(order, inTurns, states)
  const known = nodes.filter(({ name }) => taking.has(name) && !fresh.has(name))
  addCanaries(
    order,
    known.filter(({ name }) => inTurns.every((node) => node.name !== name)),
  )
  return { order, shares: sharesOf(nodes, known, 'one at a time') }
}

/** The order of updates, of which each may be a restart: who carries others goes last, and one node of all is away at a time. */
export function orderOfUpdates(
  nodes: readonly RolloutNode[],
  due: readonly GuardedNode[],
  known: Parameters<typeof orderOfReboots>[2],
): RunOrder {
  const order = new NodeOrder()
  const taking = nodes.filter(({ name }) => due.some((one) => one.name === name))
  for (const { name: node } of taking.filter(({ carries }) => carries === true)) {
    for (const { name: after, carries } of taking)
      if (carries !== true) order.add({ node, after, why: 'taken-last' })
  }
  const { order: whole } = orderOfReboots(nodes, due, known, order)
  const one: Share = { of: 'update', most: 1 }
  return { order: whole, shares: new Map(taking.map(({ name }) => [name, [one]])) }
}

/** Who stands on whom first: a way that leads through a node is kept where both can be had. */
function addWays(order: NodeOrder, { nodes, taking, interrupts }: Step): void {
  for (const { name: node, follows = [], lastAfter = [] } of nodes) {
    if (!taking.has(node)) continue
    for (const after of follows) if (taking.has(after)) order.add({ node, after, why: 'stands-on' })
    for (const after of lastAfter) if (taking.has(after)) order.add({ node, after, why: 'taken-last' })
  }
  for (const { name, through } of nodes) {
    if (!taking.has(name)) continue
    for (const way of waysOf(nodes, through)) {
      if (!taking.has(way)) continue
      if (interrupts(way)) order.add({ node: way, after: name, why: 'way-last' })
      else order.add({ node: name, after: way, why: 'way-first' })
    }
  }
}

/** All nodes that one passes on the way to a node: the one that it is reached through, the one that that one is, and so on. */
function waysOf(nodes: readonly RolloutNode[], through: string | undefined): readonly string[] {
  const ways: string[] = []
  for (let way = through; way !== undefined && !ways.includes(way);) {
    const passed: string = way
    ways.push(passed)
    way = nodes.find(({ name }) => name === passed)?.through
  }
  return ways
}

/** The leader of a group after its other members, also where those wait for somebody else. */
function addLeaders(order: NodeOrder, inTurns: readonly GuardedNode[], states: readonly GroupState[]): void {
  for (const { members } of states) {
    const own = inTurns.filter(({ name }) => members.some(({ node, voter }) => voter && node === name))
    const leader = members.find((member) => member.leader)?.node
    if (leader === undefined || own.every(({ name }) => name !== leader)) continue
    for (const { name: after } of own) order.add({ node: leader, after, why: 'leader' })
  }
}

/** Of nodes with the same roles one goes ahead: the first that waits for none of the others. */
function addCanaries(order: NodeOrder, nodes: readonly Pick<RolloutNode, 'name' | 'roles'>[]): void {
  for (const alike of nodesAlike(nodes)) {
    const canary = alike.find((node) => !alike.some((other) => order.goesAfter(node, other)))
    if (canary === undefined) continue
    for (const node of alike) order.add({ node, after: canary, why: 'canary' })
  }
}

/** Nodes with the same roles. */
export function nodesAlike(nodes: readonly Pick<RolloutNode, 'name' | 'roles'>[]): readonly string[][] {
  const byRoles = new Map<string, string[]>()
  for (const { name, roles } of nodes) {
    const key = [...roles].sort().join(' ')
    byRoles.set(key, [...(byRoles.get(key) ?? []), name])
  }
  return [...byRoles.values()]
}

/** What is scarce on those that would be missed. */
function sharesOf(
  nodes: readonly RolloutNode[],
  missed: readonly Pick<RolloutNode, 'name'>[],
  silent: Pace,
): ReadonlyMap<string, readonly Share[]> {
  const names = new Set(missed.map(({ name }) => name))
  return new Map(
    nodes
      .filter(({ name }) => names.has(name))
      .map(({ name, roles, paces = roles.map((of) => ({ of, pace: undefined })) }) => [
        name,
        paces
          .map(({ of, pace = silent }): Share => ({ of, most: mostAtOnce(pace) }))
          .filter(({ most }) => most !== Infinity),
      ]),
  )
}

/** The room for these nodes. */
export function roomFor({ shares }: RunOrder): Slots {
  return new Slots(shares)
}
