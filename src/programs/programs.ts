/** From a resolved cluster to the program of every node, and to what the rollout has to know of the engines. */
import type { WantedResource } from './merge-resources.ts'
import type { KeyPath } from '../cluster-file/positions.ts'
import { compile, type CompilerKind, type Program } from '../compile/compile.ts'
import { runtime } from '../compile/runtime.generated.ts'
import type { ClusterStore, Drain, EngineProbe, EngineVersion, Gate, RaftGroup } from '../engines/contract.ts'
import type { ServiceRunner } from '../engines/service-runner.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { orderResources } from '../plan/order.ts'
import { addressOf, type Content, type LocalAddress, type Resource } from '../resources/kind.ts'
import { kinds } from '../resources/registry.generated.ts'
import type { Role, RoleClusterContext, RoleContext } from '../roles/role.ts'
import type { ClusterNode } from '../topology/node.ts'
import { offersOf } from '../resolve/offers.ts'
import { offerWish, onlyNamed } from '../wishes/offer.ts'
import { referredWish } from '../wishes/wishes.ts'
import { runningUnits } from './running-units.ts'
import { splitWaiting } from './waiting.ts'
import { clashDiagnostic, merged } from './merge-resources.ts'
import { fileFrom } from '../wishes/file-wish.ts'
import type { ReleaseWish } from '../wishes/release-wish.ts'
import type { RoleSecrets, SecretWish, ServedCertificate } from '../wishes/secret-wish.ts'
import type { Resolved } from '../resolve/resolve.ts'

/** What is needed to compile, beside the cluster. */
export interface Provisions {
  readonly secrets: RoleSecrets
  readonly release: (wish: ReleaseWish) => Content
}

/** One use of a role on a node. */
interface PlacedRole {
  readonly role: Role
  /** The way to the use in the cluster file. */
  readonly path: KeyPath
  readonly node: ClusterNode
  readonly options: never
}

function placedRoles(
  { cluster, roles }: Pick<Resolved, 'cluster' | 'roles'>,
  nodes?: ReadonlySet<string>,
): PlacedRole[] {
  return cluster.nodes
    .filter(({ name }) => nodes?.has(name) ?? true)
    .flatMap((node) =>
      cluster.usesOn(node.name).map(({ role, options, path }) => ({
        role: roleByName(roles, role),
        node,
        path,
        options: options as never,
      })),
    )
}

function roleByName(roles: Resolved['roles'], name: string): Role {
  const role = roles[name]
  if (!role) throw new Error(`there is no role called ${name}`)
  return role
}

/** Everything secret that the roles of the cluster wish for. All nodes count: a peer's certificate is made in time. */
export function secretWishes(resolved: Resolved): SecretWish[] {
  const { cluster } = resolved
  return [
    ...placedRoles(resolved).flatMap(({ role, ...given }) => role.secrets?.({ ...given, cluster }) ?? []),
    ...offersOf(resolved).map(({ offer }) => offerWish(offer)),
    ...resolved.references.flatMap(({ source, name }) => (source === 'secret' ? [referredWish(name)] : [])),
  ]
}

/** Release files that these nodes need. */
export function releaseWishes(resolved: Resolved, nodes: ReadonlySet<string>): ReleaseWish[] {
  const { cluster } = resolved
  return placedRoles(resolved, nodes).flatMap(
    ({ role, ...given }) => role.releases?.({ ...given, cluster }) ?? [],
  )
}

/** What each use of a role wants of a node: those of its foundation first, then in the order of its roles. `which` roles are asked. */
export function wantedOn(
  resolved: Resolved,
  node: string,
  provisions: Provisions,
  which: (role: Role) => boolean = () => true,
): WantedResource[] {
  const placed = placedRoles(resolved, new Set([node])).filter(({ role }) => which(role))
  const foundation = placed.filter(({ role }) => role.isFoundation === true)
  const others = placed.filter(({ role }) => role.isFoundation !== true)
  const ofRoles = [...foundation, ...others].flatMap(({ role, path, ...given }) =>
    staying(
      resolved.bare.has(node),
      role,
      role.resources(contextOf(resolved, { role, ...given }, provisions)),
    ).map((resource) => ({ resource, role: role.name, path })),
  )
  return [...ofRoles, ...runningUnits(resolved.cluster, node, ofRoles)]
}

/** What stays on a node that is laid bare: what lets us log in, and what that needs. */
function staying(isBare: boolean, { letsIn }: Role, resources: readonly Resource[]): readonly Resource[] {
  if (!isBare) return resources
  const kept = new Set(resources.filter((resource) => letsIn?.(resource)))
  // A set that grows while it is walked through is walked to its end.
  for (const { needs } of kept) {
    for (const resource of resources) if (needs.includes(addressOf(resource))) kept.add(resource)
  }
  return resources.filter((resource) => kept.has(resource))
}

/** All resources that a node is to have. Throws {@link DiagnosticsError} when two uses want one thing differently. */
export function nodeResources(resolved: Resolved, node: string, provisions: Provisions): readonly Resource[] {
  const { resources, clashes } = merged(wantedOn(resolved, node, provisions))
  if (clashes.length > 0) {
    throw new DiagnosticsError(clashes.map((clash) => clashDiagnostic(clash, [node], resolved.positions)))
  }
  return [...groundOf(resources, resolved), ...resources]
}

/** What the kinds of these resources stand on, where no role wants it anyway. */
function groundOf(resources: readonly Resource[], { kinds: known = kinds }: Resolved): readonly Resource[] {
  const wanted = new Set(resources.map(addressOf))
  return [...new Set(resources.map(({ kind }) => kind))]
    .flatMap((name) => known[name]?.kind.ground?.() ?? [])
    .filter((resource) => !wanted.has(addressOf(resource)))
}

function contextOf(
  resolved: Resolved,
  { role, node, options }: Omit<PlacedRole, 'path'>,
  provisions: Provisions,
): RoleContext<never> {
  const file = fileFrom(resolved.files)
  const { cluster } = resolved
  return {
    node,
    options,
    cluster,
    secrets: onlyNamed(provisions.secrets, role.needs?.({ node, options, cluster }) ?? []),
    release: provisions.release,
    file,
  }
}

/** Compiles the program of one node; `alsoKinds` are kinds of which it has to remove something. */
export function compileNode(
  resolved: Resolved,
  node: string,
  provisions: Provisions,
  alsoKinds: readonly string[] = [],
): Program {
  const { ready, waiting } = splitWaiting(nodeResources(resolved, node, provisions))
  return compileResources(node, ready, { alsoKinds, known: resolved.kinds, waiting })
}

/** What a program has beside its resources. */
export interface ProgramParts {
  /** Kinds of which it has to remove something. */
  readonly alsoKinds?: readonly string[]
  /** The kinds that there are; those that Bramble has when left out. */
  readonly known?: Readonly<Record<string, CompilerKind>> | undefined
  /** Resources that are left as they are. */
  readonly waiting?: readonly LocalAddress[]
}

/** Compiles any resources. What no kind can remove is told by the node. */
export function compileResources(
  node: string,
  resources: readonly Resource[],
  { alsoKinds = [], known = kinds, waiting = [] }: ProgramParts = {},
): Program {
  const ordered = orderResources(resources, (kind) => known[kind]?.kind.stage ?? 50)
  return compile(ordered, {
    node,
    kinds: known,
    runtime,
    alsoKinds: alsoKinds.filter((name) => Object.hasOwn(known, name)),
    waiting,
  })
}

/** What the engines of the cluster add to a rollout. */
export interface Engines {
  readonly groups: readonly RaftGroup[]
  readonly drains: readonly Drain[]
  readonly stores: readonly ClusterStore[]
  readonly gates: readonly Gate[]
  readonly probes: readonly EngineProbe[]
  /** Names of the values that the store of each engine makes, by the name of the store. */
  readonly offers: ReadonlyMap<string, readonly string[]>
}

/** Names of the offers that a node stands on. */
export function neededOffers({ cluster, roles }: Resolved, node: string): readonly string[] {
  const placed = placedRoles({ cluster, roles }, new Set([node]))
  return [...new Set(placed.flatMap(({ role, ...given }) => role.needs?.({ ...given, cluster }) ?? []))]
}

/** Those of them that are not there yet. */
export function missingOffers(
  resolved: Resolved,
  node: string,
  secrets: Pick<RoleSecrets, 'offered'>,
): readonly string[] {
  return neededOffers(resolved, node).filter((name) => secrets.offered(name) === undefined)
}

/** A wanted version, and the role that says so. */
export interface WantedVersion extends EngineVersion {
  readonly role: string
}

/** The versions of all engines in use. */
export function wantedVersions(resolved: Resolved): WantedVersion[] {
  return usesInOrder(resolved).flatMap(({ role, given }) => {
    const version = role.version?.(given)
    return version ? [{ ...version, role: role.name }] : []
  })
}

/** A use of a role, with what its functions are given beside secrets. */
export interface RoleInUse {
  readonly role: Role
  readonly given: Omit<RoleClusterContext<never>, 'secrets'>
}

/** Each use of a role that is on any node. */
export function usesInOrder({ cluster, roles, files }: Resolved): RoleInUse[] {
  return [...new Set(cluster.nodes.flatMap((node) => node.roles))].flatMap((name) =>
    cluster
      .uses<never>(name)
      .filter(({ nodes }) => nodes.length > 0)
      .map(({ options, nodes }) => ({
        role: roleByName(roles, name),
        given: { options, nodes, cluster, file: fileFrom(files) },
      })),
  )
}

/** Groups and stores of all roles in use, and the gates of these nodes. */
export function enginesOf(resolved: Resolved, nodes: ReadonlySet<string>, provisions: Provisions): Engines {
  const { secrets } = provisions
  const used = usesInOrder(resolved).map(({ role, given }) => {
    const offers = (role.offers?.(given) ?? []).map(({ name }) => name)
    const needs = given.nodes.flatMap((node) => role.needs?.({ ...given, node }) ?? [])
    return { role, offers, given: { ...given, secrets: onlyNamed(secrets, [...offers, ...needs]) } }
  })
  const stores = used.flatMap(({ role, offers, given }) => {
    const store = role.store?.(given)
    return store ? [{ store, offers }] : []
  })
  return {
    offers: new Map(stores.map(({ store: { name }, offers }) => [name, offers])),
    groups: used.flatMap(({ role, given }) => role.group?.(given) ?? []),
    drains: used.flatMap(({ role, given }) => role.drains?.(given) ?? []),
    stores: stores.map(({ store }) => store),
    probes: used.flatMap(({ role, given }) => role.status?.(given) ?? []),
    gates: placedRoles(resolved, nodes).flatMap(
      (placed) => placed.role.gates?.(contextOf(resolved, placed, provisions)) ?? [],
    ),
  }
}

/** How services are asked that something gives to nodes. */
export function serviceRunnersOf(resolved: Resolved, { secrets }: Provisions): readonly ServiceRunner[] {
  return usesInOrder(resolved).flatMap(
    ({ role, given }) => role.services?.({ ...given, secrets: onlyNamed(secrets, []) }) ?? [],
  )
}

/** What these nodes stand on is looked at with them, also when none of those who are asked for it is among them. `needed` are offers. */
export function enginesUsed(
  { gates, stores, probes, offers }: Engines,
  nodes: ReadonlySet<string>,
  needed: readonly string[] = [],
): Pick<Engines, 'stores' | 'probes'> {
  const offering = [...offers].flatMap(([name, made]) =>
    made.some((one) => needed.includes(one)) ? [name] : [],
  )
  const names = new Set([...gates.map(({ engine }) => engine), ...offering])
  const isUsed = ({ name, members }: ClusterStore | EngineProbe): boolean =>
    names.has(name) || members.some((member) => nodes.has(member))
  return { stores: stores.filter(isUsed), probes: probes.filter(isUsed) }
}

/** The certificates that a node shows. */
export function certificatesOfNode(
  resolved: Pick<Resolved, 'cluster' | 'roles'>,
  node: ClusterNode,
): readonly ServedCertificate[] {
  const { cluster } = resolved
  return placedRoles(resolved, new Set([node.name])).flatMap(
    ({ role, ...given }) => role.certificates?.({ ...given, cluster }) ?? [],
  )
}
