/** Puts roles and services on nodes: selections first, `rest` last, choices kept from run to run. */
import type { KeyPath, Positions } from '../cluster-file/positions.ts'
import type { ClusterFile, RoleUse } from '../cluster-file/schema.ts'
import { selectionText } from '../cluster-file/selector.ts'
import { selectNodes, type Candidate, type Choice, type SelectionContext } from '../cluster-file/select.ts'
import { resolveCodes } from '../diagnostics/catalogue/resolve.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Role } from '../roles/role.ts'
import { placeProblems, placeService, type ServicePlace } from './service-placement.ts'

/** Roles by name, as far as placing them needs to know. */
export type PlacedRoles = Readonly<
  Record<string, Pick<Role, 'conflicts' | 'family' | 'orchestrates' | 'requires'>>
>

/** One use of a role and its nodes. */
export interface PlacedUse {
  readonly use: RoleUse
  /** In the order of the cluster file. */
  readonly nodes: readonly string[]
}

/** Where everything is. */
export interface Placement {
  /** Nodes of each use of each role, roles and uses in the order of the cluster file. */
  readonly roles: ReadonlyMap<string, readonly PlacedUse[]>
  /** Who keeps each service running, and where. */
  readonly services: ReadonlyMap<string, ServicePlace>
  readonly choices: Readonly<Record<string, readonly string[]>>
  readonly diagnostics: readonly Diagnostic[]
}

/** What placing needs. */
export interface PlacementInput {
  readonly file: ClusterFile
  readonly positions: Positions
  readonly candidates: readonly Candidate[]
  readonly roles: PlacedRoles
  readonly previous: Readonly<Record<string, readonly string[]>>
}

/** Places all roles and services; the same input gives the same placement. */
export function place(input: PlacementInput): Placement {
  const choices: Record<string, readonly string[]> = {}
  const diagnostics: Diagnostic[] = []
  const placed = new Map<string, readonly PlacedUse[]>()
  const choose = (choice: Choice, taken?: ReadonlySet<string>): readonly string[] => {
    const context: SelectionContext = {
      nodes: input.candidates,
      groups: input.file.groups,
      positions: input.positions,
      previous: input.previous,
      ...(taken && { taken }),
    }
    const selected = selectNodes(choice, context)
    Object.assign(choices, selected.choices)
    diagnostics.push(...selected.diagnostics)
    return selected.nodes
  }
  const uses = Object.entries(input.file.roles)
  const byRest = ([, all]: (typeof uses)[number]): boolean =>
    all.some(({ on }) => Array.isArray(on) && on.includes('rest'))
  for (const [name, all] of [...uses.filter((entry) => !byRest(entry)), ...uses.filter(byRest)]) {
    const taken = new Set(rivals(name, input.roles).flatMap((rival) => nodesOf(placed.get(rival))))
    const wanted = choicesOf(name, all)
    placed.set(
      name,
      wanted.map(({ use, choice }) => ({ use, nodes: choose(choice, taken) })),
    )
  }
  diagnostics.push(...conflicts(placed, input), ...missingRoles(placed, input))
  const orchestrated = orchestratedNodes(placed, input.roles)
  const services = new Map(
    Object.entries(input.file.services).map(([name, entry]) => [
      name,
      placeService(name, entry, { orchestrated, choose }),
    ]),
  )
  diagnostics.push(...placeProblems(input.file, services, orchestrated, input.positions))
  return { roles: inFileOrder(uses, placed), services, choices, diagnostics }
}

/** The same without these nodes, but for roles that let us log in. */
export function withoutNodes(
  placement: Placement,
  bare: ReadonlySet<string>,
  roles: Readonly<Record<string, Pick<Role, 'letsIn'>>>,
): Placement {
  const left = (nodes: readonly string[]): string[] => nodes.filter((node) => !bare.has(node))
  const usesLeft = (role: string, uses: readonly PlacedUse[]): readonly PlacedUse[] =>
    roles[role]?.letsIn === undefined ? uses.map((use) => ({ ...use, nodes: left(use.nodes) })) : uses
  return {
    ...placement,
    roles: new Map([...placement.roles].map(([role, uses]) => [role, usesLeft(role, uses)])),
    services: new Map(
      [...placement.services].map(([name, { by, nodes }]) => [name, { by, nodes: left(nodes) }]),
    ),
  }
}

/** Nodes by who gives work to them. */
function orchestratedNodes(
  placed: ReadonlyMap<string, readonly PlacedUse[]>,
  roles: PlacedRoles,
): ReadonlyMap<string, readonly string[]> {
  const nodes = new Map<string, readonly string[]>()
  for (const [name, uses] of placed) {
    const by = roles[name]?.orchestrates
    if (by !== undefined) nodes.set(by, [...(nodes.get(by) ?? []), ...nodesOf(uses)])
  }
  return nodes
}

/** Nodes with any of these uses. */
function nodesOf(uses: readonly PlacedUse[] = []): readonly string[] {
  return [...new Set(uses.flatMap(({ nodes }) => nodes))]
}

/**
 * Under which name the choices of each use are kept: the role's own, and in a list the role with what it selects. So a use keeps its nodes
 * when another is put before it; two that select the same are told apart by their order.
 */
function choicesOf(role: string, uses: readonly RoleUse[]): { use: RoleUse; choice: Choice }[] {
  const seen = new Map<string, number>()
  return uses.map((use) => {
    const { on, count, path } = use
    const name = path.length <= 2 ? role : `${role} (${selectionText(on)})`
    const before = seen.get(name) ?? 0
    seen.set(name, before + 1)
    const keptAs = ['roles', before === 0 ? name : `${name} ${before + 1}`, 'on']
    return { use, choice: { on, count, path: [...path, 'on'], keptAs } }
  })
}

/** Roles that may not share a node with this one: its family and its declared conflicts, in both directions. */
function rivals(name: string, roles: PlacedRoles): string[] {
  const own = roles[name]
  return Object.keys(roles).filter((other) => {
    const role = roles[other]
    if (other === name || !role) return false
    const sameFamily = own?.family !== undefined && own.family === role.family
    return sameFamily || own?.conflicts?.includes(other) === true || role.conflicts?.includes(name) === true
  })
}

function conflicts(
  placed: ReadonlyMap<string, readonly PlacedUse[]>,
  { roles, positions }: PlacementInput,
): Diagnostic[] {
  const found: Diagnostic[] = []
  const pathOf = (role: string, node: string): KeyPath => [
    ...(placed.get(role)?.find(({ nodes }) => nodes.includes(node))?.use.path ?? ['roles', role]),
    'on',
  ]
  for (const name of placed.keys()) {
    for (const rival of rivals(name, roles).filter((other) => other > name && placed.has(other))) {
      const theirs = new Set(nodesOf(placed.get(rival)))
      const both = nodesOf(placed.get(name)).filter((node) => theirs.has(node))
      const [first] = both
      if (first === undefined) continue
      found.push(
        resolveCodes.ROLES_CONFLICT(
          { nodes: both, role: name, rival },
          {
            where: positions.of(pathOf(rival, first)),
            also: [{ place: positions.of(pathOf(name, first)), note: name }],
          },
        ),
      )
    }
  }
  return found
}

/** Nodes with a role, and without one that it stands on. */
function missingRoles(
  placed: ReadonlyMap<string, readonly PlacedUse[]>,
  { roles, positions }: PlacementInput,
): Diagnostic[] {
  return [...placed].flatMap(([role, uses]) =>
    (roles[role]?.requires ?? []).flatMap((required) => {
      const there = nodesOf(placed.get(required))
      return uses.flatMap(({ use, nodes: on }) => {
        const nodes = on.filter((node) => !there.includes(node))
        if (nodes.length === 0) return []
        const where = positions.of([...use.path, 'on'])
        const also = placed.has(required)
          ? [{ place: positions.ofKey(['roles', required]), note: required }]
          : []
        return [resolveCodes.ROLE_REQUIRED({ nodes, role, required }, { where, also })]
      })
    }),
  )
}

function inFileOrder<Value>(
  uses: readonly (readonly [string, unknown])[],
  placed: ReadonlyMap<string, Value>,
): Map<string, Value> {
  return new Map(
    uses.flatMap(([name]) => (placed.has(name) ? [[name, placed.get(name) as Value] as const] : [])),
  )
}
