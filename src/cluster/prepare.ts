/** Everything that must be decided before a node is touched: facts, roles, secrets, releases, programs. */
import { compileLater } from '../compile/compile-later.ts'
import type { Program } from '../compile/compile.ts'
import { withFacts, type ClusterLock } from '../resolve/cluster-lock.ts'
import type { Resolved } from '../resolve/resolve.ts'
import type { Content } from '../resources/kind.ts'
import type { ReleaseWish } from '../roles/role.ts'
import { openSecrets, type SecretStore } from '../secrets/store.ts'
import { DiagnosticsError } from './diagnostics-error.ts'
import { resolveSource, type OpenedCluster } from './open.ts'
import {
  compileNode,
  enginesOf,
  releaseWishes,
  secretWishes,
  type Engines,
  type Provisions,
} from './programs.ts'
import {
  meetReleases,
  releasesHere,
  releaseSource,
  type MetReleases,
  type ReleasesHere,
} from './role-releases.ts'
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
  /** Is this the content of a release that is not here and was not to be fetched? */
  readonly isMissing: (content: Content) => boolean
  /** Compiled when it is first looked into, then kept: meanwhile somebody can log in to the node. */
  program(node: string, alsoKinds?: readonly string[]): Program
}

/** Reads the facts of nodes that were never seen; nodes that do not answer are left out of the answer. */
export type FirstContact = (
  nodes: readonly string[],
) => Promise<ReadonlyMap<string, Readonly<Record<string, string>>>>

/**
 * Prepares a run. With `create`, missing secrets may be made and later saved; without, they live in memory only. With releases that are
 * `here`, none is fetched: for a look that needs no network but SSH.
 * Throws {@link DiagnosticsError} for what roles object to once the facts are known.
 */
export async function prepare(
  opened: OpenedCluster,
  scope: Scope,
  mode: 'read' | 'create',
  firstContact: FirstContact,
  releases: 'fetched' | 'here' = 'fetched',
): Promise<Prepared> {
  const resolved = await resolveWithFacts(opened, firstContact)
  const nodes = nodesInScope(resolved.cluster, scope)
  const secrets = await openSecrets({
    folder: opened.paths.secretsFolder,
    cluster: opened.name,
    mode,
    identityFile: opened.identityFile,
  })
  const wishes = releaseWishes(resolved, new Set(nodes))
  const met =
    releases === 'here' ? await releasesHere(wishes, resolved.lock) : await fetched(opened, wishes, resolved)
  const provisions: Provisions = {
    secrets: await meetWishes(secrets, secretWishes(resolved), new Date()),
    release: met.release,
  }
  return {
    resolved,
    lock: met.lock,
    secrets,
    provisions,
    nodes,
    engines: enginesOf(resolved, new Set(nodes), provisions),
    isMissing: met.isMissing,
    program: compiler(resolved, provisions),
  }
}

async function fetched(
  { source }: OpenedCluster,
  wishes: readonly ReleaseWish[],
  { lock }: Resolved,
): Promise<MetReleases & Pick<ReleasesHere, 'isMissing'>> {
  const met = await meetReleases(wishes, () => releaseSource(source.file, source.path), lock)
  return { ...met, isMissing: () => false }
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
