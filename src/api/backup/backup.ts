/** `backup`: saves what nodes keep, lists it, and gives it back. Asks the keepers of the nodes; knows neither role nor program. */
import { limit } from '../../support/limit.ts'
import { reasonOf } from '../../support/reason.ts'
import { nodesInScope, type Scope } from '../../programs/scope.ts'
import type { BackupKeeper } from '../../topology/backup.ts'
import type { SecretStore } from '../../secrets/store.ts'
import type { Transport } from '../../delivery/transport/transport.ts'
import { connect } from '../connect.ts'
import { prepare } from '../run/prepare.ts'
import type { OpenedCluster } from '../open.ts'

/** How one thing of one node ended. */
export interface BackupOutcome {
  readonly node: string
  /** A path, or the name of what was made; left out where all of the node failed. */
  readonly name?: string
  readonly files?: number
  readonly bytes?: number
  /** Why it is no good one. */
  readonly failure?: string
}

/** One good backup. */
export interface KeptBackup {
  readonly node: string
  readonly name: string
  readonly id: string
  readonly at: Date
  readonly files: number
  readonly bytes: number
}

/** What is listed, and what could not be. */
export interface BackupList {
  readonly backups: readonly KeptBackup[]
  readonly failures: readonly BackupOutcome[]
}

/** Which backups are to come back. */
export interface RestoreWish extends Scope {
  /** Only these names; all when left out. */
  readonly names?: readonly string[]
  /** Only the one with this id; the newest of each when left out. */
  readonly id?: string
}

const CONCURRENCY = 50

/** Saves all that the chosen nodes keep. What has become less than half fails unless that is accepted. */
export function backUp(
  cluster: OpenedCluster,
  scope: Scope & { readonly acceptSmaller?: boolean },
): Promise<readonly BackupOutcome[]> {
  return onKeepers(cluster, scope, (transport, node, { now, nowSmaller }) =>
    outcomes(transport, node, scope.acceptSmaller === true ? nowSmaller : now),
  )
}

/** Lists what there is, oldest first. */
export async function listBackups(cluster: OpenedCluster, scope: Scope): Promise<BackupList> {
  const failures: BackupOutcome[] = []
  const backups = await onKeepers(cluster, scope, async (transport, node, { list }) => {
    const { lines, failure } = await asked(transport, node, list)
    if (failure !== undefined) failures.push({ node, failure })
    return lines.map(([name = '', at = '', id = '', files = '', bytes = '']): KeptBackup => ({
      node,
      name,
      id,
      at: new Date(at),
      files: Number(files),
      bytes: Number(bytes),
    }))
  })
  return { backups: backups.toSorted((one, other) => one.at.getTime() - other.at.getTime()), failures }
}

/**
 * What a restore would give back: of each thing of each node the newest, or the one with the id. What belongs to the whole cluster comes back
 * once, from the node that has the newest.
 */
export function chosenToRestore(
  cluster: OpenedCluster,
  { backups }: BackupList,
  { names, id }: RestoreWish,
): readonly KeptBackup[] {
  const ofCluster = new Set(
    cluster.resolved.cluster
      .provided()
      .flatMap(({ backup }) => backup?.made ?? [])
      .flatMap(({ of, name }) => (of === 'cluster' ? [name] : [])),
  )
  const fitting = backups.filter(
    (one) => (id === undefined || one.id.startsWith(id)) && (names === undefined || names.includes(one.name)),
  )
  // They are in the order of their times, so the last of a key is the newest.
  const newest = new Map(
    fitting.map((one) => [ofCluster.has(one.name) ? one.name : `${one.node} ${one.name}`, one] as const),
  )
  return [...newest.values()]
}

/** Gives them back, on each node files first: what a program has to take back may stand on them. */
export async function restoreBackups(
  cluster: OpenedCluster,
  chosen: readonly KeptBackup[],
): Promise<readonly BackupOutcome[]> {
  const nodes = [...new Set(chosen.map(({ node }) => node))]
  const tokens = await tokensToRestore(cluster, chosen)
  return onKeepers(cluster, { nodes }, async (transport, node, keeper) => {
    const here = chosen.filter((one) => one.node === node)
    const isFile = ({ name }: KeptBackup): boolean => name.startsWith('/')
    const own = [...here.filter(isFile), ...here.filter((one) => !isFile(one))]
    const found: BackupOutcome[] = []
    for (const { name, id } of own)
      found.push(...(await outcomes(transport, node, keeper.restore([name], id), tokens.get(name))))
    return found
  })
}

/** What programs read to take back what they have made, by its name: tokens that no node holds. */
async function tokensToRestore(
  cluster: OpenedCluster,
  chosen: readonly KeptBackup[],
): Promise<ReadonlyMap<string, Uint8Array>> {
  const names = new Set(chosen.map(({ name }) => name))
  const made = cluster.resolved.cluster.provided().flatMap(({ backup }) => backup?.made ?? [])
  const wished = made.flatMap(({ name, restoreToken }) =>
    restoreToken !== undefined && names.has(name) ? [[name, restoreToken] as const] : [],
  )
  if (wished.length === 0) return new Map()
  const { secrets } = await prepare(cluster, {}, 'read', () => Promise.resolve(new Map()), 'here')
  return new Map(wished.map(([name, token]) => [name, Buffer.from(`${tokenText(secrets, token)}\n`)]))
}

/** Either a token that Bramble has made, or a text that an engine gave. */
function tokenText(secrets: Pick<SecretStore, 'get'>, name: string): string {
  const { value } = secrets.get(name)
  if (typeof value === 'string') return value
  if ('secretId' in value) return value.secretId
  throw new Error(`the secret ${name} is no token`)
}

async function onKeepers<Found>(
  cluster: OpenedCluster,
  scope: Scope,
  ask: (transport: Transport, node: string, keeper: BackupKeeper) => Promise<readonly Found[]>,
): Promise<readonly Found[]> {
  const transport = connect(cluster)
  const within = limit(CONCURRENCY)
  try {
    const all = nodesInScope(cluster.resolved, scope).flatMap((node) => {
      const keeper = cluster.resolved.cluster.keeper(node)
      return keeper ? [within(() => ask(transport, node, keeper))] : []
    })
    return (await Promise.all(all)).flat()
  } finally {
    await transport.close()
  }
}

async function outcomes(
  transport: Transport,
  node: string,
  argv: readonly string[],
  input?: Uint8Array,
): Promise<readonly BackupOutcome[]> {
  const { lines, failure } = await asked(transport, node, argv, input)
  const told = lines.map(([word = '', name = '', first = '', bytes = '']): BackupOutcome =>
    word === 'good'
      ? { node, name, files: Number(first), bytes: Number(bytes) }
      : { node, name, failure: first },
  )
  const isTold = told.some((one) => one.failure !== undefined)
  return failure === undefined || isTold ? told : [...told, { node, failure }]
}

async function asked(
  transport: Transport,
  node: string,
  argv: readonly string[],
  input?: Uint8Array,
): Promise<{ readonly lines: readonly (readonly string[])[]; readonly failure?: string }> {
  try {
    const { code, stdout, stderr } = await transport.run(node, argv, input)
    const lines = stdout
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split('\t'))
    return { lines, ...(code !== 0 && { failure: stderr || `its program ended with ${code}` }) }
  } catch (error) {
    return { lines: [], failure: reasonOf(error) }
  }
}
