/** Why work finds no place, in plain words, and what to do about it. */
import { counted } from '../../autopilot/counted.ts'
import type { PlacementMetric } from './replies.ts'

/** Words that Nomad has for drivers that a node lacks (`scheduler/feasible`, `FilterConstraintDrivers`). */
const DRIVERS = 'missing drivers'
/** Its word for nodes that are like one that was kept out, which it does not look at again. */
const ALIKE = 'computed class ineligible'

/** One sentence for all groups without a place; undefined where all have one. */
export function withoutPlace(failed: Readonly<Record<string, PlacementMetric>>): string | undefined {
  const groups = Object.entries(failed).toSorted(([a], [b]) => (a < b ? -1 : 1))
  if (groups.length === 0) return undefined
  return groups.map(([name, metric]) => `group ${name} finds no place: ${whyNoPlace(metric)}`).join('; ')
}

/** Why one group finds no place. */
export function whyNoPlace({
  NodesEvaluated,
  NodesAvailable,
  ConstraintFiltered,
  DimensionExhausted,
}: PlacementMetric): string {
  const kept = sorted(ConstraintFiltered).map(([constraint, nodes]) =>
    constraint === DRIVERS
      ? `${counted(nodes, 'node')} without the driver that it asks for (the option drivers of nomad-client)`
      : constraint === ALIKE
        ? `${counted(nodes, 'node')} like one of these`
        : `${counted(nodes, 'node')} kept out by  ${constraint}`,
  )
  const short = sorted(DimensionExhausted).map(
    ([what, nodes]) => `no ${what} left on ${counted(nodes, 'node')}`,
  )
  const why = [...kept, ...short]
  if (why.length > 0) return `${why.join(', ')}; ${advice(kept.length > 0, short.length > 0)}`
  if (NodesEvaluated > 0) return `none of ${counted(NodesEvaluated, 'node')} can take it`
  const centers = Object.keys(NodesAvailable).toSorted().join(', ')
  const where = centers === '' ? 'there is no node that takes work' : `no node takes work in ${centers}`
  return `${where}; give nodes the role nomad-client, or change its datacenters and node_pool`
}

function advice(isKept: boolean, isShort: boolean): string {
  return [
    ...(isKept ? ['change what it asks for, or what nodes are (labels, has, drivers)'] : []),
    ...(isShort ? ['ask for less in its resources, or give more nodes the role nomad-client'] : []),
  ].join('; ')
}

function sorted(counts: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  const last = (what: string): number => Number(what === ALIKE)
  return Object.entries(counts).toSorted(([a], [b]) => last(a) - last(b) || (a < b ? -1 : 1))
}
