/** Who offers which value, who needs it, and what is wrong about that. Pure. */
import type { Positions } from '../cluster-file/positions.ts'
import type { KeyPath } from '../cluster-file/positions.ts'
import { resolveCodes } from '../diagnostics/catalogue/resolve.ts'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import type { Role } from '../roles/role.ts'
import { isSecretName } from '../secrets/secret-name.ts'
import type { Cluster } from '../topology/cluster.ts'
import type { Offer } from '../wishes/offer.ts'

/** What is asked. */
export interface OfferParts {
  readonly cluster: Cluster
  readonly roles: Readonly<Record<string, Role>>
}

/** An offer, and the use of a role that makes it. */
export interface MadeOffer {
  readonly offer: Offer
  readonly role: string
  /** The way to the use in the cluster file. */
  readonly path: KeyPath
}

/** All offers of the roles that any node has. */
export function offersOf({ cluster, roles }: OfferParts): readonly MadeOffer[] {
  return rolesInUse(cluster).flatMap((role) =>
    cluster
      .uses<never>(role)
      .filter(({ nodes }) => nodes.length > 0)
      .flatMap(({ path, options, nodes }) =>
        (roles[role]?.offers?.({ options, nodes, cluster }) ?? []).map((offer) => ({ offer, role, path })),
      ),
  )
}

/** A need that nobody meets, an offer that nobody can make or that two make. */
export function offerFindings(parts: OfferParts, positions: Positions): readonly Diagnostic[] {
  const made = offersOf(parts)
  return [...wrongOffers(parts, made, positions), ...unmetNeeds(parts, made, positions)]
}

function wrongOffers({ roles }: OfferParts, made: readonly MadeOffer[], positions: Positions): Diagnostic[] {
  const first = new Map<string, MadeOffer>()
  return made.flatMap((one) => {
    const { offer, role, path } = one
    const where = positions.ofKey(path)
    if (!isSecretName(offer.name))
      return [{ ...secretsCodes.SECRET_NAME_INVALID({ name: offer.name }), where }]
    if (roles[role]?.store === undefined)
      return [resolveCodes.OFFER_WITHOUT_STORE({ role, name: offer.name }, { where })]
    const before = first.get(offer.name)
    if (before === undefined) {
      first.set(offer.name, one)
      return []
    }
    const also = [{ place: positions.ofKey(before.path), note: before.role }]
    return [resolveCodes.OFFER_TWICE({ name: offer.name, roles: [before.role, role] }, { where, also })]
  })
}

function unmetNeeds(
  { cluster, roles }: OfferParts,
  made: readonly MadeOffer[],
  positions: Positions,
): Diagnostic[] {
  const names = made.map(({ offer }) => offer.name)
  const unmet = new Map<string, Diagnostic>()
  for (const node of cluster.nodes) {
    for (const { role, options, path } of cluster.usesOn(node.name)) {
      const needs = roles[role]?.needs?.({ options: options as never, node, cluster }) ?? []
      for (const name of needs.filter((need) => !names.includes(need))) {
        const key = [...path, name].join(' ')
        const near = didYouMean(name, names)
        // Told once for each use, not for each of its nodes.
        if (!unmet.has(key))
          unmet.set(
            key,
            resolveCodes.OFFER_UNKNOWN({ role, name, near, names }, { where: positions.ofKey(path) }),
          )
      }
    }
  }
  return [...unmet.values()]
}

function rolesInUse({ nodes }: Cluster): readonly string[] {
  return [...new Set(nodes.flatMap((node) => node.roles))]
}
