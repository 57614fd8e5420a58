/** Puts roles and services on nodes: selections first, `rest` last, choices kept from run to run. */
import type { KeyPath, Positions } from '../cluster-file/positions.ts'
import type { ClusterFile } from '../cluster-file/schema.ts'
import { serviceSelection } from '../cluster-file/selector.ts'
import { selectNodes, type Candidate, type SelectionContext } from '../cluster-file/select.ts'
import type { Selection } from '../cluster-file/selection-schema.ts'
import { resolveCodes } from '../diagnostics/catalogue/resolve.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Role } from '../roles/role.ts'

/** Roles by name, as far as placing them needs to know. */
export type PlacedRoles = Readonly<Record<string, Pick<Role, 'conflicts' | 'family'>>>

/** Where everything is. */
export interface Placement {
  /** Nodes of each role, in the order of the cluster file. */
  readonly roles: ReadonlyMap<string, readonly string[]>
  /** Nodes of each service. */
  readonly services: ReadonlyMap<string, readonly string[]>
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
  const placed = new Map<string, readonly string[]>()
  const choose = (on: Selection, count: number | undefined, path: KeyPath, taken?: ReadonlySet<string>) => {
    const context: SelectionContext = {
      nodes: input.candidates,
      groups: input.file.groups,
      positions: input.positions,
      previous: input.previous,
      ...(taken && { taken }),
    }
    const selected = selectNodes({ on, count, path }, context)
    Object.assign(choices, selected.choices)
    diagnostics.push(...selected.diagnostics)
    return selected.nodes
  }
  const uses = Object.entries(input.file.roles)
  const byRest = ([, use]: (typeof uses)[number]): boolean => Array.isArray(use.on) && use.on.includes('rest')
  for (const [name, use] of [...uses.filter((entry) => !byRest(entry)), ...uses.filter(byRest)]) {
    const taken = new Set(rivals(name, input.roles).flatMap((rival) => placed.get(rival) ?? []))
    placed.set(name, choose(use.on, use.count, ['roles', name, 'on'], taken))
  }
  diagnostics.push(...conflicts(placed, input))
  const services = new Map(
    Object.entries(input.file.services).map(([name, service]) => [
      name,
      choose(serviceSelection(service), undefined, [
        'services',
        name,
        service.on === undefined ? 'needs' : 'on',
      ]),
    ]),
  )
  return { roles: inFileOrder(uses, placed), services, choices, diagnostics }
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
  placed: ReadonlyMap<string, readonly string[]>,
  { roles, positions }: PlacementInput,
): Diagnostic[] {
  const found: Diagnostic[] = []
  for (const [name, nodes] of placed) {
    for (const rival of rivals(name, roles).filter((other) => other > name && placed.has(other))) {
      const both = nodes.filter((node) => placed.get(rival)?.includes(node))
      if (both.length === 0) continue
      found.push(
        resolveCodes.ROLES_CONFLICT(
          { nodes: both, role: name, rival },
          {
            where: positions.of(['roles', rival, 'on']),
            also: [{ place: positions.of(['roles', name, 'on']), note: name }],
          },
        ),
      )
    }
  }
  return found
}

function inFileOrder<Value>(
  uses: readonly (readonly [string, unknown])[],
  placed: ReadonlyMap<string, Value>,
): Map<string, Value> {
  return new Map(
    uses.flatMap(([name]) => (placed.has(name) ? [[name, placed.get(name) as Value] as const] : [])),
  )
}
