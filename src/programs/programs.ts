/** From a resolved cluster to the program of every node, and to what the rollout has to know of the engines. */
import { compile, type CompilerKind, type Program } from '../compile/compile.ts'
import { runtime } from '../compile/runtime.generated.ts'
import type { ClusterStore, EngineProbe, EngineVersion, Gate, RaftGroup } from '../engines/contract.ts'
import { orderResources } from '../plan/order.ts'
import { addressOf, type Content, type Resource } from '../resources/kind.ts'
import { kinds } from '../resources/registry.generated.ts'
import { service } from '../resources/service/service.ts'
import { roles } from '../roles/registry.generated.ts'
import type { Role, RoleContext } from '../roles/role.ts'
import type { ClusterNode } from '../topology/node.ts'
import type { ReleaseWish } from '../wishes/release-wish.ts'
import type { RoleSecrets, SecretWish, ServedCertificate } from '../wishes/secret-wish.ts'
import type { Resolved } from '../resolve/resolve.ts'

/** What is needed to compile, beside the cluster. */
export interface Provisions {
  readonly secrets: RoleSecrets
  readonly release: (wish: ReleaseWish) => Content
}

/** A role on a node, with its options. */
interface PlacedRole {
  readonly role: Role
  readonly node: ClusterNode
  readonly options: never
}

function placedRoles({ cluster }: Resolved, nodes?: ReadonlySet<string>): PlacedRole[] {
  return cluster.nodes
    .filter(({ name }) => nodes?.has(name) ?? true)
    .flatMap((node) =>
      node.roles.map((name) => ({ role: roleByName(name), node, options: cluster.options(name) as never })),
    )
}

function roleByName(name: string): Role {
  const role = roles[name]
  if (!role) throw new Error(`there is no role called ${name}`)
  return role
}

/** Everything secret that the roles of the cluster wish for. All nodes count: a peer's certificate is made in time. */
export function secretWishes(resolved: Resolved): SecretWish[] {
  const { cluster } = resolved
  return placedRoles(resolved).flatMap(({ role, ...given }) => role.secrets?.({ ...given, cluster }) ?? [])
}

/** Release files that these nodes need. */
export function releaseWishes(resolved: Resolved, nodes: ReadonlySet<string>): ReleaseWish[] {
  const { cluster } = resolved
  return placedRoles(resolved, nodes).flatMap(
    ({ role, ...given }) => role.releases?.({ ...given, cluster }) ?? [],
  )
}

/** All resources that a node is to have: those of its foundation first, then in the order of its roles. */
export function nodeResources(resolved: Resolved, node: string, provisions: Provisions): Resource[] {
  const placed = placedRoles(resolved, new Set([node]))
  const foundation = placed.filter(({ role }) => role.isFoundation === true)
  const others = placed.filter(({ role }) => role.isFoundation !== true)
  const ofRoles = merged(
    [...foundation, ...others].flatMap(({ role, ...given }) =>
      role.resources(contextOf(resolved, given, provisions)),
    ),
  )
  return [...ofRoles, ...runningUnits(resolved.cluster, node, ofRoles)]
}

/** The units that keep the declared services of a node running. One that a role of the node takes care of is left to it. */
function runningUnits(cluster: Resolved['cluster'], node: string, ofRoles: readonly Resource[]): Resource[] {
  const cared = new Set(ofRoles.map(addressOf))
  const units = cluster
    .servicesOn(node)
    .flatMap(({ unit }) => (unit === undefined ? [] : [service({ name: unit })]))
  return merged(units).filter((resource) => !cared.has(addressOf(resource)))
}

/** Two roles may ask for the same thing, such as a package; a different thing of the same address stays a defect. */
function merged(resources: readonly Resource[]): Resource[] {
  const byAddress = new Map<string, Resource>()
  const different: Resource[] = []
  for (const resource of resources) {
    const address = addressOf(resource)
    const first = byAddress.get(address)
    if (first && first.digest !== resource.digest) different.push(resource)
    const needs = [...new Set([...(first?.needs ?? []), ...resource.needs])]
    byAddress.set(address, first ? { ...first, needs } : resource)
  }
  return [...byAddress.values(), ...different]
}

function contextOf(
  resolved: Resolved,
  given: Omit<PlacedRole, 'role'>,
  provisions: Provisions,
): RoleContext<never> {
  return { ...given, cluster: resolved.cluster, secrets: provisions.secrets, release: provisions.release }
}

/** Compiles the program of one node; `alsoKinds` are kinds of which it has to remove something. */
export function compileNode(
  resolved: Resolved,
  node: string,
  provisions: Provisions,
  alsoKinds: readonly string[] = [],
): Program {
  return compileResources(node, nodeResources(resolved, node, provisions), alsoKinds)
}

/** Compiles any resources with the kinds that Bramble has. */
export function compileResources(
  node: string,
  resources: readonly Resource[],
  alsoKinds: readonly string[] = [],
): Program {
  const known: Readonly<Record<string, CompilerKind>> = kinds
  const ordered = orderResources(resources, (kind) => known[kind]?.kind.stage ?? 50)
  return compile(ordered, { node, kinds: known, runtime, alsoKinds })
}

/** What the engines of the cluster add to a rollout. */
export interface Engines {
  readonly groups: readonly RaftGroup[]
  readonly stores: readonly ClusterStore[]
  readonly gates: readonly Gate[]
  readonly probes: readonly EngineProbe[]
}

/** A wanted version, and the role that says so. */
export interface WantedVersion extends EngineVersion {
  readonly role: string
}

/** The versions of all engines in use. */
export function wantedVersions({ cluster }: Resolved): WantedVersion[] {
  return rolesInUse(cluster).flatMap((role) => {
    const version = role.version?.({ options: cluster.options(role.name) as never, cluster })
    return version ? [{ ...version, role: role.name }] : []
  })
}

function rolesInUse(cluster: Resolved['cluster']): Role[] {
  return [...new Set(cluster.nodes.flatMap((node) => node.roles))].map(roleByName)
}

/** Groups and stores of all roles in use, and the gates of these nodes. */
export function enginesOf(resolved: Resolved, nodes: ReadonlySet<string>, provisions: Provisions): Engines {
  const { cluster } = resolved
  const used = rolesInUse(cluster)
  const given = (role: Role) => ({
    options: cluster.options(role.name) as never,
    cluster,
    secrets: provisions.secrets,
  })
  return {
    groups: used.flatMap((role) => role.group?.(given(role)) ?? []),
    stores: used.flatMap((role) => role.store?.(given(role)) ?? []),
    probes: used.flatMap((role) => role.status?.(given(role)) ?? []),
    gates: placedRoles(resolved, nodes).flatMap(
      ({ role, ...own }) => role.gates?.(contextOf(resolved, own, provisions)) ?? [],
    ),
  }
}

/** What these nodes stand on is looked at with them, also when none of those who are asked for it is among them. */
export function enginesUsed(
  { gates, stores, probes }: Engines,
  nodes: ReadonlySet<string>,
): Pick<Engines, 'stores' | 'probes'> {
  const names = new Set(gates.map(({ engine }) => engine))
  const isUsed = ({ name, members }: ClusterStore | EngineProbe): boolean =>
    names.has(name) || members.some((member) => nodes.has(member))
  return { stores: stores.filter(isUsed), probes: probes.filter(isUsed) }
}

/** The certificates that a node shows. */
export function certificatesOfNode(
  { cluster }: Pick<Resolved, 'cluster'>,
  node: ClusterNode,
): readonly ServedCertificate[] {
  return node.roles.map(roleByName).flatMap((role) => {
    const options = cluster.options(role.name) as never
    return role.certificates?.({ options, node, cluster }) ?? []
  })
}
