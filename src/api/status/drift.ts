/** How far a node is from what is wanted, and what of it could not be compared. */
import type { Program } from '../../compile/compile.ts'
import type { Observation } from '../../delivery/push/contract.ts'
import type { OrderedResource } from '../../plan/order.ts'
import type { Content } from '../../resources/kind.ts'

/** What a look found. */
export interface Drift {
  /** Resources that are not as wanted. */
  readonly drift: number
  /** Resources that could not be compared, with the reason. */
  readonly unseen?: readonly string[]
}

/** Counts what differs; what depends on a content that is not here counts as not seen. */
export function driftOf(
  program: Program,
  { differing, orphans }: Observation,
  isMissing: (content: Content) => boolean,
): Drift {
  const lacks = (item: OrderedResource): boolean => item.resource.contents.some(isMissing)
  const items = [...program.resources.values()]
  const lacking = items.filter(lacks).map(({ address }) => address)
  if (lacking.length === 0) return { drift: differing.length + orphans.length }
  // A service was started with what it reads: without that, nobody can say whether it was.
  const isUnknown = (id: string): boolean => {
    const item = program.resources.get(id)
    return (
      item !== undefined &&
      (lacks(item) || item.resource.inputs.flat().some((input) => lacking.includes(input)))
    )
  }
  return {
    drift: differing.filter(({ id }) => !isUnknown(id)).length + orphans.length,
    unseen: lacking.map(
      (address) =>
        `${address} was not compared: its release is not on this computer; bramble plan fetches it`,
    ),
  }
}
