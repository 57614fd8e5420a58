/** Which units of which nodes a name means: a unit, a declared service, a role, or what an engine's unit is called. */
import { commandCodes } from '../../diagnostics/catalogue/command.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import { unitOfService } from '../../engines/systemd/names.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { wantedOn } from '../../programs/programs.ts'
import { nodesInScope, type Scope } from '../../programs/scope.ts'
import { SYSTEMD } from '../../topology/service.ts'
import type { OpenedCluster } from '../open.ts'
import { prepare, type Prepared } from '../run/prepare.ts'

/** Units by node, in the order of the cluster file; no unit is the whole journal. */
export type UnitsByNode = ReadonlyMap<string, readonly string[]>

/** Names that say themselves that they are units'. */
const UNIT = /\.(?:service|socket|target|timer|path|mount|automount|swap|slice|scope|device)$/

/** Throws `DiagnosticsError` for a name that nothing has, and for words that choose nobody. */
export async function unitsNamed(
  cluster: OpenedCluster,
  names: readonly string[],
  scope: Scope,
): Promise<UnitsByNode> {
  const chosen = nodesInScope(cluster.resolved, scope)
  const isScoped = scope.nodes !== undefined || scope.roles !== undefined
  const isPlain = names.every((name) => UNIT.test(name))
  const known = isPlain && isScoped ? noUnits : unitsOfRoles(await prepared(cluster, chosen))
  const meant = names.map((name) => meaning(cluster, name, chosen, isScoped, known))
  const units = chosen.map((node) => [node, [...new Set(meant.flatMap((of) => of(node)))]] as const)
  return new Map(units.filter(([, own]) => names.length === 0 || own.length > 0))
}

type UnitsOf = (node: string, role?: string) => readonly string[]

function noUnits(): readonly string[] {
  return []
}

/** As for a look: it asks no node, and secrets that cannot be opened are no hindrance. */
function prepared(cluster: OpenedCluster, nodes: readonly string[]): Promise<Prepared> {
  return prepare(
    cluster,
    { nodes: nodes.map((name) => `node:${name}`) },
    'look',
    () => Promise.resolve(new Map()),
    'here',
  )
}

function unitsOfRoles({ resolved, provisions }: Prepared): UnitsOf {
  return (node, role) =>
    wantedOn(resolved, node, provisions)
      .filter(({ resource, role: of }) => resource.kind === 'service' && (role === undefined || of === role))
      .filter(({ resource: { row } }) => row[0] !== 'masked' && row[1] !== 'stopped')
      .flatMap(({ resource: { name } }) => withWhatItStarts(name))
}

/** What a timer starts is where something is to be read. */
function withWhatItStarts(unit: string): string[] {
  return unit.endsWith('.timer') ? [unit, unit.replace(/\.timer$/, '.service')] : [unit]
}

/** What a name means on each of the chosen nodes. */
function meaning(
  { resolved: { cluster }, source }: OpenedCluster,
  name: string,
  chosen: readonly string[],
  isScoped: boolean,
  known: UnitsOf,
): (node: string) => readonly string[] {
  if (!UNIT_WORD.test(name)) throw unknownName(name, namesOf({ cluster, source }, chosen, known))
  if (!UNIT.test(name) && Object.hasOwn(source.file.services, name)) {
    const placed = cluster.services().find((each) => each.service.name === name)
    const unit = placed?.by === SYSTEMD ? unitOfService(placed.service) : undefined
    if (unit === undefined)
      throw new DiagnosticsError([
        commandCodes.LOGS_WITHOUT_UNIT({
          name,
          what: 'service',
          isGiven: placed !== undefined && placed.by !== SYSTEMD,
        }),
      ])
    return (node) => (placed?.nodes.includes(node) ? [unit] : [])
  }
  if (!UNIT.test(name) && cluster.find(name).length > 0) {
    if (chosen.every((node) => known(node, name).length === 0))
      throw new DiagnosticsError([commandCodes.LOGS_WITHOUT_UNIT({ name, what: 'role' })])
    return (node) => known(node, name)
  }
  const unit = UNIT.test(name) || /[*?[]/.test(name) ? name : `${name}.service`
  const having = chosen.filter((node) => known(node).includes(unit))
  // Of a unit that the cluster file does not speak of every node is asked.
  return (node) => (isScoped || having.length === 0 || having.includes(node) ? [unit] : [])
}

/** Names of units (systemd.unit(5)) and patterns over them. */
const UNIT_WORD = /^[A-Za-z0-9:_.\\@*?[\]-]{1,255}$/

/** What could have been meant. */
export function namesOf(
  {
    cluster,
    source,
  }: { readonly cluster: OpenedCluster['resolved']['cluster']; readonly source: OpenedCluster['source'] },
  chosen: readonly string[],
  known: UnitsOf,
): string[] {
  const roles = cluster.nodes.flatMap((node) => node.roles)
  const units = chosen.flatMap((node) => known(node)).map((unit) => unit.replace(/\.service$/, ''))
  return [...new Set([...Object.keys(source.file.services), ...units, ...roles])]
}

function unknownName(name: string, known: readonly string[]): DiagnosticsError {
  return new DiagnosticsError([commandCodes.LOGS_UNKNOWN({ name, near: didYouMean(name, known), known })])
}
