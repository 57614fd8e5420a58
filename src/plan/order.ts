/** Puts the resources of one node into the order in which a program looks at them and converges them. */
import { addressOf, digestOf, type LocalAddress, type Resource } from '../resources/kind.ts'

/** A resource in its place, with what the order knows of it. */
export interface OrderedResource {
  readonly address: LocalAddress
  readonly resource: Resource
  /** Addresses on this node that must be as wanted first. */
  readonly needs: readonly LocalAddress[]
  /** One digest for each list of the resource's inputs. */
  readonly inputDigests: readonly string[]
}

/** Why an order cannot be made. Roles are ours, so each of these is a defect of a role. */
export class OrderError extends Error {}

function edgesOf(resource: Resource, known: ReadonlyMap<LocalAddress, Resource>): LocalAddress[] {
  const own = addressOf(resource)
  for (const address of [...resource.needs, ...resource.inputs.flat()]) {
    if (!known.has(address)) throw new OrderError(`${own} needs ${address}, which this node does not have`)
  }
  const soft = resource.after.filter((address) => known.has(address) && address !== own)
  return [...new Set([...resource.needs, ...resource.inputs.flat(), ...soft])]
}

/**
 * Orders resources: what is needed first, then by `stage(kind)`, then as declared. Stable and deterministic.
 * Throws {@link OrderError} for two resources of one address, a need that is not there, and a circle.
 */
export function orderResources(
  resources: readonly Resource[],
  stage: (kind: string) => number,
): OrderedResource[] {
  const known = byAddress(resources)
  const edges = new Map(resources.map((resource) => [addressOf(resource), edgesOf(resource, known)]))
  const sequence = sorted(edges, rankOf(resources, stage))
  if (sequence.length < resources.length) {
    const done = new Set(sequence)
    const stuck = [...known.keys()].filter((address) => !done.has(address))
    throw new OrderError(`these resources need each other: ${stuck.join(', ')}`)
  }
  return sequence.map((address) => {
    const resource = known.get(address) as Resource
    return {
      address,
      resource,
      needs: edges.get(address) ?? [],
      inputDigests: resource.inputs.map((list) =>
        digestOf(list.map((input) => (known.get(input) as Resource).digest)),
      ),
    }
  })
}

function byAddress(resources: readonly Resource[]): ReadonlyMap<LocalAddress, Resource> {
  const known = new Map<LocalAddress, Resource>()
  for (const resource of resources) {
    const address = addressOf(resource)
    if (known.has(address)) throw new OrderError(`two resources are called ${address}`)
    known.set(address, resource)
  }
  return known
}

type Comparison = (a: LocalAddress, b: LocalAddress) => number

/** What comes first where no edge decides: the lower stage, then what was declared first. */
function rankOf(resources: readonly Resource[], stage: (kind: string) => number): Comparison {
  const ranks = new Map(
    resources.map((resource, index) => [
      addressOf(resource),
      [resource.stage ?? stage(resource.kind), index] as const,
    ]),
  )
  return (a, b) => {
    const [stageA, indexA] = ranks.get(a) ?? [0, 0]
    const [stageB, indexB] = ranks.get(b) ?? [0, 0]
    return stageA - stageB || indexA - indexB
  }
}

/** Kahn's order of the graph (Communications of the ACM 5, 1962); what is on a circle is left out. */
function sorted(
  edges: ReadonlyMap<LocalAddress, readonly LocalAddress[]>,
  before: Comparison,
): readonly LocalAddress[] {
  const waiting = new Map([...edges].map(([address, needs]) => [address, needs.length]))
  const dependents = new Map<LocalAddress, LocalAddress[]>()
  for (const [address, needs] of edges) {
    for (const need of needs) dependents.set(need, [...(dependents.get(need) ?? []), address])
  }
  const ready = [...waiting].flatMap(([address, count]) => (count === 0 ? [address] : [])).sort(before)
  const sequence: LocalAddress[] = []
  for (let address = ready.shift(); address !== undefined; address = ready.shift()) {
    sequence.push(address)
    for (const dependent of dependents.get(address) ?? []) {
      const left = (waiting.get(dependent) ?? 0) - 1
      waiting.set(dependent, left)
      if (left === 0) insertSorted(ready, dependent, before)
    }
  }
  return sequence
}

function insertSorted<T>(list: T[], item: T, compare: (a: T, b: T) => number): void {
  let low = 0
  let high = list.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compare(list[middle] as T, item) <= 0) low = middle + 1
    else high = middle
  }
  list.splice(low, 0, item)
}
