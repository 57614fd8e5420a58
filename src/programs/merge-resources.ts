/** Puts together what several uses of roles want of one node. */
import type { KeyPath } from '../cluster-file/positions.ts'
import type { Positions } from '../cluster-file/positions.ts'
import { ownPartCodes } from '../diagnostics/catalogue/own.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { addressOf, type LocalAddress, type Resource } from '../resources/kind.ts'

/** A resource, and who wants it. */
export interface WantedResource {
  readonly resource: Resource
  /** Name of the role; `services` for the unit of a declared service. */
  readonly role: string
  /** The way to the use in the cluster file. */
  readonly path: KeyPath
}

/** One address that two uses want differently. */
export interface Clash {
  readonly address: LocalAddress
  readonly first: WantedResource
  readonly second: WantedResource
}

/** What is wanted, each address once, with the needs of all who want it; and where they disagree. */
export function merged(wanted: readonly WantedResource[]): {
  readonly resources: readonly Resource[]
  readonly clashes: readonly Clash[]
} {
  const byAddress = new Map<LocalAddress, WantedResource>()
  const clashes: Clash[] = []
  for (const one of wanted) {
    const address = addressOf(one.resource)
    const first = byAddress.get(address)
    if (!first) {
      byAddress.set(address, one)
      continue
    }
    if (first.resource.digest !== one.resource.digest) clashes.push({ address, first, second: one })
    const needs = [...new Set([...first.resource.needs, ...one.resource.needs])]
    byAddress.set(address, { ...first, resource: { ...first.resource, needs } })
  }
  return { resources: [...byAddress.values()].map(({ resource }) => resource), clashes }
}

/** Tells of a clash at the place of the second use. */
export function clashDiagnostic(
  { address, first, second }: Clash,
  nodes: readonly string[],
  positions: Positions,
): Diagnostic {
  const also = first.path === second.path ? [] : [{ place: positions.ofKey(first.path), note: first.role }]
  return ownPartCodes.RESOURCE_WANTED_TWICE(
    { address, nodes, roles: [first.role, second.role] },
    { where: positions.ofKey(second.path), also },
  )
}
