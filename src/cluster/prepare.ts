/** Everything that must be decided before a node is touched: facts, roles, secrets, releases, programs. */
import { compileLater } from '../compile/compile-later.ts'
import type { Program } from '../compile/compile.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { supportDates } from '../releases/support.ts'
import { contentOf, type Content } from '../resources/kind.ts'
import type { ReleaseWish } from '../roles/role.ts'
import { withFacts, type ClusterLock } from '../resolve/cluster-lock.ts'
import type { Resolved } from '../resolve/resolve.ts'
import { openSecrets, type SecretStore } from '../secrets/store.ts'
import { decideAll } from './decide-versions.ts'
import { DiagnosticsError } from './diagnostics-error.ts'
import { judgedVersions } from './engine-versions.ts'
import { resolveSource, type OpenedCluster } from './open.ts'
import {
  compileNode,
  enginesOf,
  releaseWishes,
  secretWishes,
  wantedVersions,
  type Engines,
  type Provisions,
} from './programs.ts'
import { areOnHand, meetReleases, releaseSource, type MetReleases } from './role-releases.ts'
import { meetWishes } from './role-secrets.ts'
import { nodesInScope, type Scope } from './scope.ts'

/** A run that is ready to go. */
export interface Prepared {
  readonly resolved: Resolved
  readonly lock: ClusterLock
  readonly secrets: SecretStore
  readonly provisions: Provisions
  /** Names of the nodes of the run, in the order of the cluster file. */
  readonly nodes: readonly string[]
  readonly engines: Engines
  /** What is worth a word before anything is done: versions that nobody maintains, and how one was chosen. */
  readonly notices: readonly Diagnostic[]
  /** Compiled when it is first looked into, then kept: meanwhile somebody can log in to the node. */
  program(node: string, alsoKinds?: readonly string[]): Program
}

/** Reads the facts of nodes that were never seen; nodes that do not answer are left out of the answer. */
export type FirstContact = (
  nodes: readonly string[],
) => Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>

/** Says what keeps the engines from the versions that are wanted; asked before a release is fetched for nothing. */
export type Objections = (
  prepared: Pick<Prepared, 'resolved' | 'nodes' | 'engines'>,
) => Promise<readonly Diagnostic[]>

/**
 * Prepares a run. With `create`, missing secrets may be made and later saved; without, they live in memory only. Throws
 * {@link DiagnosticsError} for what roles object to once the facts are known, and for versions that may not run. Who only looks leaves
 * the objections out: then no maker is asked which versions are out, and none is refused.
 */
export async function prepare(
  opened: OpenedCluster,
  scope: Scope,
  mode: 'read' | 'create',
  firstContact: FirstContact,
  objections?: Objections,
): Promise<Prepared> {
  const seen = await resolveWithFacts(opened, firstContact)
  const { resolved, notices } = objections
    ? await withVersions(opened, seen)
    : { resolved: seen, notices: [] }
  const nodes = nodesInScope(resolved.cluster, scope)
  const secrets = await openSecrets({
    folder: opened.paths.secretsFolder,
    cluster: opened.name,
    mode,
    identityFile: opened.identityFile,
  })
  const asked = await meetWishes(secrets, secretWishes(resolved), new Date())
  const engines = enginesOf(resolved, new Set(nodes), { secrets: asked, release: undecided })
  const found = { resolved, nodes, engines }
  const met = await fetchedFor(opened, found, objections)
  const provisions: Provisions = { secrets: asked, release: met.release }
  return {
    ...found,
    lock: met.lock,
    secrets,
    provisions,
    notices,
    program: compiler(resolved, provisions),
  }
}

/** The releases of the nodes. Nothing is fetched for a version that may not follow the one that runs. */
async function fetchedFor(
  { source }: OpenedCluster,
  found: Parameters<Objections>[0],
  objections: Objections | undefined,
): Promise<MetReleases> {
  const { resolved, nodes } = found
  const wishes = decidedWishes(resolved, nodes)
  if (objections && ranBefore(resolved) && !(await areOnHand(wishes, resolved.lock))) {
    const objected = await objections(found)
    if (objected.length > 0) throw new DiagnosticsError(objected)
  }
  const met = await meetReleases(wishes, () => releaseSource(source.file, source.path), resolved.lock)
  const isMet = (wish: ReleaseWish): boolean => wishes.some(({ product }) => product === wish.product)
  return { lock: met.lock, release: (wish) => (isMet(wish) ? met.release(wish) : undecided(wish)) }
}

/** Decides what is undecided, and judges all versions. */
async function withVersions(
  opened: OpenedCluster,
  seen: Resolved,
): Promise<{ readonly resolved: Resolved; readonly notices: readonly Diagnostic[] }> {
  const { source } = opened
  const today = new Date()
  const decided = await decideAll(seen, {
    source: () => releaseSource(source.file, source.path),
    dates: supportDates(),
    today,
  })
  const resolved = decided.lock === seen.lock ? seen : resolveSource({ ...source, lock: decided.lock })
  const judged = judgedVersions(resolved, source, today)
  const errors = judged.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new DiagnosticsError(errors)
  return { resolved, notices: [...decided.notices, ...judged] }
}

/** What can be fetched: an engine without a version has nothing yet. */
function decidedWishes(resolved: Resolved, nodes: readonly string[]): ReleaseWish[] {
  const without = wantedVersions(resolved).filter(({ wanted }) => wanted === undefined)
  return releaseWishes(resolved, new Set(nodes)).filter(
    ({ product }) => !without.some(({ engine }) => engine === product),
  )
}

/** Stands for the program of an engine whose version nobody decided: no node has it. */
function undecided({ product }: ReleaseWish): Content {
  return contentOf(`${product}, in a version that is not decided yet`)
}

/** Whether any engine of the cluster may be running already. */
function ranBefore(resolved: Resolved): boolean {
  const { running } = resolved.lock
  return wantedVersions(resolved).some(({ engine, wanted }) => {
    const ran = running[engine]
    return ran !== undefined && ran !== wanted
  })
}

/** Facts of all nodes count, not only of those in scope: selectors choose among all. */
async function resolveWithFacts(opened: OpenedCluster, firstContact: FirstContact): Promise<Resolved> {
  const { source } = opened
  const unseen = Object.keys(source.file.nodes).filter(
    (name) => source.lock.nodes[name]?.['machine_id'] === undefined,
  )
  let lock = source.lock
  if (unseen.length > 0) {
    for (const [node, facts] of await firstContact(unseen)) lock = withFacts(lock, node, facts)
  }
  const resolved = lock === source.lock ? opened.resolved : resolveSource({ ...source, lock })
  const errors = resolved.diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new DiagnosticsError(errors)
  return resolved
}

function compiler(resolved: Resolved, provisions: Provisions): Prepared['program'] {
  const programs = new Map<string, Program>()
  return (node, alsoKinds = []) => {
    const key = [node, ...alsoKinds].join(' ')
    const compile = () => compileNode(resolved, node, provisions, alsoKinds)
    const program = programs.get(key) ?? compileLater(node, compile)
    programs.set(key, program)
    return program
  }
}
