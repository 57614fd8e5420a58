/** Everything that must be decided before a node is touched: facts, roles, secrets, releases, programs. */
import { compileLater } from '../../compile/compile-later.ts'
import type { Program } from '../../compile/compile.ts'
import { withFacts, type ClusterLock } from '../../cluster-lock/cluster-lock.ts'
import type { Resolved } from '../../resolve/resolve.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { supportDates } from '../../releases/support.ts'
import type { Content } from '../../resources/kind.ts'
import type { ReleaseWish } from '../../wishes/release-wish.ts'
import type { RoleSecrets, SecretWish } from '../../wishes/secret-wish.ts'
import { SecretsError } from '../../secrets/secrets-error.ts'
import { openSecrets, passingSecrets, type SecretStore } from '../../secrets/store.ts'
import { resourceProblems } from '../../programs/resource-problems.ts'
import { decideAll } from '../../programs/decide-versions.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import { judgedVersions } from '../status/engine-versions.ts'
import { lossOf, lostSecrets, type Evidence } from '../secrets/lost-secrets.ts'
import { withSecretTexts } from '../secrets/secret-texts.ts'
import { resolveSource, type OpenedCluster } from '../open.ts'
import {
  compileNode,
  enginesOf,
  missingOffers,
  releaseWishes,
  secretWishes,
  wantedVersions,
  type Engines,
  type Provisions,
} from '../../programs/programs.ts'
import {
  areOnHand,
  meetReleases,
  releasesHere,
  releaseSources,
  type MetReleases,
  type ReleasesHere,
} from '../../wishes/meet-releases.ts'
import { meetWishes } from '../../wishes/meet-secrets.ts'
import { nodesInScope, type Scope } from '../../programs/scope.ts'
import { unseenNodes } from './unseen-nodes.ts'

/** A run that is ready to go. */
export interface Prepared {
  readonly resolved: Resolved
  readonly lock: ClusterLock
  readonly secrets: SecretStore
  /** What the roles of the whole cluster wish for. */
  readonly wishes: readonly SecretWish[]
  /** Why the secrets are not those of the cluster; only for a look, everybody else is refused. */
  readonly problems: readonly Diagnostic[]
  readonly provisions: Provisions
  /** Names of the nodes of the run, in the order of the cluster file. */
  readonly nodes: readonly string[]
  readonly engines: Engines
  /** What is worth a word before anything is done: versions that nobody maintains, and how one was chosen. */
  readonly notices: readonly Diagnostic[]
  /** Is this the content of a release that is not here and was not to be fetched? */
  readonly isMissing: (content: Content) => boolean
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
 * Prepares a run. For a `look`, secrets that are lost or cannot be opened are replaced by others that live in memory only.
 * With `create`, missing secrets may be made and later saved; without, they live in memory only. With releases that are
 * `here`, none is fetched, no maker is asked and no version is refused: for a look that needs no network but SSH.
 * Throws {@link DiagnosticsError} for what roles object to once the facts are known, and for versions that may not run.
 */
export async function prepare(
  opened: OpenedCluster,
  scope: Scope,
  mode: 'look' | 'read' | 'create',
  firstContact: FirstContact,
  releases: 'here' | Objections = agreed,
): Promise<Prepared> {
  const { resolved: seen, isManaged } = await resolveWithFacts(opened, firstContact)
  const { resolved: withoutSecrets, notices } =
    releases === 'here' ? { resolved: seen, notices: [] } : await withVersions(opened, seen)
  const nodes = nodesInScope(withoutSecrets, scope)
  const wishes = secretWishes(withoutSecrets)
  const evidence = { lock: withoutSecrets.lock, isManaged, wishes }
  const { secrets, roleSecrets, problems } = await openFor(opened, mode, evidence)
  const isLook = mode === 'look' || withoutSecrets.bare.size > 0
  const resolved = withSecretTexts(withoutSecrets, secrets, isLook ? 'look' : 'run')
  const engines = enginesOf(resolved, new Set(nodes), { secrets: roleSecrets, release: noRelease })
  const found = { resolved, nodes, engines, secrets, wishes, problems }
  const releaseNeeds = releaseWishes(resolved, new Set(nodes))
  const met =
    releases === 'here'
      ? await releasesHere(releaseNeeds, resolved.lock)
      : await fetched(opened, releaseNeeds, found, releases)
  const { lock, isMissing } = met
  const provisions: Provisions = { secrets: roleSecrets, release: met.release }
  const clashes = resourceProblems(resolved, nodes, provisions)
  if (clashes.length > 0) throw new DiagnosticsError(clashes)
  return {
    ...found,
    lock,
    isMissing,
    provisions,
    notices: [...notices, ...met.notices],
    program: compiler(resolved, provisions),
  }
}

/** Who takes everything away needs neither releases nor secrets, unless a group of those that stay has to be asked. */
export async function prepareRun(
  cluster: OpenedCluster,
  scope: Scope,
  mode: 'plan' | 'apply',
  facts: FirstContact,
  objections: Objections,
): Promise<Prepared> {
  const { bare, file } = cluster.source
  if (bare.size === 0) return prepare(cluster, scope, mode === 'plan' ? 'read' : 'create', facts, objections)
  const isWhole = Object.keys(file.nodes).every((node) => bare.has(node))
  return prepare(cluster, scope, isWhole ? 'look' : 'read', facts, 'here')
}

/** Opens the secrets and meets the wishes. Lost ones are never made anew, unless somebody has said so. */
async function openFor(
  opened: OpenedCluster,
  mode: 'look' | 'read' | 'create',
  { wishes, ...evidence }: Evidence & { readonly wishes: readonly SecretWish[] },
): Promise<{ secrets: SecretStore; roleSecrets: RoleSecrets; problems: readonly Diagnostic[] }> {
  const { secretsFolder: folder } = opened.paths
  const isRecreated = (name: string): boolean => evidence.lock.secrets?.[name] === 'recreated'
  const meet = (store: SecretStore) => meetWishes(store, wishes, new Date(), isRecreated)
  try {
    const secrets = await openSecrets({
      folder,
      cluster: opened.name,
      mode: mode === 'create' ? 'create' : 'read',
      identityFile: opened.identityFile,
    })
    const loss = lossOf(lostSecrets(evidence, wishes, secrets), folder, opened.lab)
    if (loss && mode !== 'look') throw new DiagnosticsError([loss])
    return { secrets, roleSecrets: await meet(secrets), problems: loss ? [loss] : [] }
  } catch (error) {
    if (mode !== 'look' || !(error instanceof SecretsError)) throw error
    const secrets = passingSecrets()
    return { secrets, roleSecrets: await meet(secrets), problems: error.diagnostics }
  }
}

/** Nothing stands in the way of any version. */
const agreed: Objections = () => Promise.resolve([])

/** What is asked of engines needs none of their programs. */
function noRelease({ product }: ReleaseWish): Content {
  throw new Error(`the program of ${product} was asked for before it was fetched`)
}

/** Decides what is undecided, and judges all versions. */
async function withVersions(
  { source }: OpenedCluster,
  seen: Resolved,
): Promise<{ readonly resolved: Resolved; readonly notices: readonly Diagnostic[] }> {
  const today = new Date()
  const sources = releaseSources(source.file, source.path)
  const decided = await decideAll(seen, { sources, dates: supportDates(), today })
  const resolved = decided.lock === seen.lock ? seen : resolveSource({ ...source, lock: decided.lock })
  const judged = judgedVersions(resolved, source, today)
  const errors = judged.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new DiagnosticsError(errors)
  return { resolved, notices: [...decided.notices, ...judged] }
}

/** The releases of the nodes. Nothing is fetched for a version that may not follow the one that runs. */
async function fetched(
  { source }: OpenedCluster,
  wishes: readonly ReleaseWish[],
  found: Parameters<Objections>[0],
  objections: Objections,
): Promise<MetReleases & Pick<ReleasesHere, 'isMissing'>> {
  const { lock } = found.resolved
  if (ranOtherwise(found.resolved) && !(await areOnHand(wishes, lock))) {
    const objected = await objections(found)
    if (objected.length > 0) throw new DiagnosticsError(objected)
  }
  const met = await meetReleases(wishes, releaseSources(source.file, source.path), lock)
  return { ...met, isMissing: () => false }
}

/** Whether an engine of the cluster may run in another version than the one that is wanted. */
function ranOtherwise(resolved: Resolved): boolean {
  const { running } = resolved.lock
  return wantedVersions(resolved).some(({ engine, wanted }) => {
    const ran = running[engine]
    return ran !== undefined && ran !== wanted
  })
}

/** Facts of all nodes count, not only of those in scope: selectors choose among all. */
async function resolveWithFacts(
  opened: OpenedCluster,
  firstContact: FirstContact,
): Promise<{ resolved: Resolved; isManaged: boolean }> {
  const { source } = opened
  const unseen = unseenNodes(opened.resolved.cluster.nodes, opened.paths.knownHostsFile)
  let lock = source.lock
  let isManaged = false
  if (unseen.length > 0) {
    for (const [node, facts] of await firstContact(unseen)) {
      lock = withFacts(lock, node, facts)
      isManaged ||= facts['managed'] === 'yes'
    }
  }
  // A lock that knows any node was not lost.
  isManaged &&= Object.keys(source.file.nodes).every(
    (name) => source.lock.nodes[name]?.['machine_id'] === undefined,
  )
  const resolved = lock === source.lock ? opened.resolved : resolveSource({ ...source, lock })
  const errors = resolved.diagnostics.filter(({ severity }) => severity === 'error')
  if (errors.length > 0) throw new DiagnosticsError(errors)
  return { resolved, isManaged }
}

function compiler(resolved: Resolved, provisions: Provisions): Prepared['program'] {
  const programs = new Map<string, Program>()
  return (node, alsoKinds = []) => {
    // An offer that has come since makes another program.
    const missing = missingOffers(resolved, node, provisions.secrets)
    const key = [node, ...missing, '', ...alsoKinds].join(' ')
    const compile = () => compileNode(resolved, node, provisions, alsoKinds)
    const program = programs.get(key) ?? compileLater(node, compile)
    programs.set(key, program)
    return program
  }
}
