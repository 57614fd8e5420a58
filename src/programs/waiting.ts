/** Which resources of a node have to wait for offers: those that are made of one, and whatever needs them. */
import { addressOf, type LocalAddress, type Resource } from '../resources/kind.ts'

/** What can be compiled now, and what is left. */
export interface SplitResources {
  readonly ready: readonly Resource[]
  readonly waiting: readonly LocalAddress[]
}

/** Takes out what waits, in the order that was given. */
export function splitWaiting(resources: readonly Resource[]): SplitResources {
  const left = new Set(resources.filter(isMadeOfAnOffer).map(addressOf))
  if (left.size === 0) return { ready: resources, waiting: [] }
  const stands = ({ needs, inputs }: Resource): boolean =>
    [...needs, ...inputs.flat()].some((need) => left.has(need))
  for (let before = -1; before < left.size;) {
    before = left.size
    for (const resource of resources) if (stands(resource)) left.add(addressOf(resource))
  }
  const isLeft = (resource: Resource): boolean => left.has(addressOf(resource))
  return {
    ready: resources.filter((resource) => !isLeft(resource)),
    waiting: resources.filter(isLeft).map(addressOf),
  }
}

function isMadeOfAnOffer({ contents }: Resource): boolean {
  return contents.some(({ waitsFor }) => waitsFor !== undefined)
}
