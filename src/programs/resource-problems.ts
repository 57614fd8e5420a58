/** What is wrong with what roles make together, where users decide what that is: roles of several uses, and own roles. */
import { ownPartCodes } from '../diagnostics/catalogue/own.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { OrderError, orderResources } from '../plan/order.ts'
import type { Resolved } from '../resolve/resolve.ts'
import { addressOf } from '../resources/kind.ts'
import type { Role } from '../roles/role.ts'
import { clashDiagnostic, merged, type Clash } from './merge-resources.ts'
import { wantedOn, type Provisions } from './programs.ts'
import type { WantedResource } from './merge-resources.ts'
import { secretsInTheOpen } from './secrets-in-the-open.ts'

/** Of these nodes; `provisions` only when secrets and releases are there. Without, roles that need them are not asked. */
export function resourceProblems(
  resolved: Resolved,
  nodes: readonly string[],
  provisions?: Provisions,
): Diagnostic[] {
  const hasSecrets = resolved.references.some(({ source }) => source === 'secret')
  const looked = nodes.filter(
    (node) =>
      hasSecrets || resolved.cluster.usesOn(node).some(({ role }) => isTheUsers(resolved.roles[role])),
  )
  const clashes = new Map<string, { clash: Clash; nodes: string[] }>()
  const found: Diagnostic[] = []
  for (const node of looked) {
    try {
      const asked = provisions === undefined ? needsNothing : () => true
      const wanted = wantedOn(resolved, node, provisions ?? NOTHING, asked)
      const { clashes: here, resources } = merged(wanted)
      for (const clash of here) {
        const key = [clash.address, ...clash.first.path, ...clash.second.path].join(' ')
        clashes.set(key, { clash, nodes: [...(clashes.get(key)?.nodes ?? []), node] })
      }
      const all = resolved.cluster.usesOn(node).every(({ role }) => asked(resolved.roles[role] as Role))
      found.push(...secretsInTheOpen(wanted, resolved))
      const missing = all ? missingNeeds(wanted, node, resolved) : []
      found.push(...missing)
      if (all && missing.length === 0) orderResources(resources, () => 0)
    } catch (error) {
      found.push(...diagnosed(error, node, resolved))
    }
  }
  return once([
    ...[...clashes.values()].map(({ clash, nodes: on }) => clashDiagnostic(clash, on, resolved.positions)),
    ...found,
  ])
}

function isTheUsers(role: Role | undefined): boolean {
  return role?.uses === 'several' || role?.own === true
}

/** Can be asked for its resources without secrets, offers and releases. */
function needsNothing({ secrets, releases, needs }: Role): boolean {
  return secrets === undefined && releases === undefined && needs === undefined
}

function notYet(): never {
  throw new Error('secrets and releases are not there yet')
}

const NOTHING: Provisions = {
  secrets: new Proxy({} as Provisions['secrets'], { get: () => notYet }),
  release: notYet,
}

function missingNeeds(
  wanted: readonly WantedResource[],
  node: string,
  { positions }: Resolved,
): Diagnostic[] {
  const known = new Set(wanted.map(({ resource }) => addressOf(resource)))
  return wanted.flatMap(({ resource, path }) =>
    [...resource.needs, ...resource.inputs.flat()]
      .filter((need) => !known.has(need))
      .map((need) =>
        ownPartCodes.RESOURCE_NEED_MISSING(
          { address: addressOf(resource), need, node },
          { where: positions.ofKey(path) },
        ),
      ),
  )
}

function diagnosed(
  error: unknown,
  node: string,
  { cluster, positions, roles }: Resolved,
): readonly Diagnostic[] {
  if (error instanceof DiagnosticsError) return error.diagnostics
  const use = cluster.usesOn(node).find(({ role }) => isTheUsers(roles[role]))
  if (!(error instanceof OrderError) || !use) throw error
  return [
    ownPartCodes.RESOURCE_CIRCLE({ node, problem: error.message }, { where: positions.ofKey(use.path) }),
  ]
}

/** What several nodes have in common is told of the first. */
function once(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const told = new Map<string, Diagnostic>()
  for (const diagnostic of diagnostics) {
    const key = JSON.stringify([
      diagnostic.code,
      diagnostic.where,
      diagnostic.summary.replace(/ which .*$/, ''),
    ])
    if (!told.has(key)) told.set(key, diagnostic)
  }
  return [...told.values()]
}
