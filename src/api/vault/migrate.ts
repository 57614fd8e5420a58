/** `migrateVault`: moves the data of Vault to another storage. What was cut off is gone on with from what the nodes have. */
import { SERVER_ROLE } from '../../engines/consul/datacenter.ts'
import { ENGINE as CONSUL } from '../../engines/consul/names.ts'
import type { NodeLink } from '../../engines/contract.ts'
import { Refused } from '../../engines/steps/reply.ts'
import { withApi } from '../../engines/vault/api.ts'
import { activeAmong, askServers } from '../../engines/vault/ask-server.ts'
import { raftFolder } from '../../engines/vault/config.ts'
import { PLACE, MOVING, ROLE, VAULT_USER } from '../../engines/vault/names.ts'
import type { VaultOptions } from '../../engines/vault/options.ts'
import { serversOf } from '../../engines/vault/servers.ts'
import { placeWords, type Place } from '../../engines/vault/move/configs.ts'
import { lostInside, readInside, type Inside } from '../../engines/vault/move/inside.ts'
import { nextOf } from '../../engines/vault/move/judge.ts'
import {
  copyVault,
  putInPlace,
  type ConsulSide,
  type Copied,
  type Move,
} from '../../engines/vault/move/move.ts'
import { lookAtNode, onNode } from '../../engines/vault/move/on-node.ts'
import type { ClusterLock } from '../../cluster-lock/cluster-lock.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import { isWell, type Event } from '../../events/event.ts'
import { readLock, writeLock } from '../folder/cluster-folder.ts'
import { withTransport } from '../connect.ts'
import { openCluster, type OpenedCluster, type OpenOptions } from '../open.ts'
import { prepare, type Prepared } from '../run/prepare.ts'
import { apply } from '../run/run.ts'
import { consulSide } from './consul-side.ts'

/** What is to be moved, and who is told and asked. */
export interface VaultMove {
  readonly to: 'raft' | 'consul'
  /** Folder of the files of a Vault that somebody made by hand. */
  readonly fromFiles?: string
  /** Told what is done, a sentence each. */
  readonly tell: (text: string) => void
  /** Told of the apply that changes the servers. */
  readonly event: (event: Event) => void
  /** Asked once, after all was looked at and before anything is stopped. */
  readonly confirm: (told: readonly string[]) => Promise<boolean>
}

/** How it ended. */
export type VaultMoved =
  | {
      readonly outcome: 'moved'
      readonly entries?: number
      readonly inside: number
      readonly awaySeconds?: number
    }
  | { readonly outcome: 'nothing' }
  | { readonly outcome: 'declined' }

/** Why nothing was moved, or not to the end; the message says what to do. */
export class MoveFailed extends Error {
  override readonly name = 'MoveFailed'
}

/** Moves. Throws {@link MoveFailed} when it cannot, and `DiagnosticsError` where the cluster file itself is wrong. */
export async function migrateVault(options: OpenOptions, move: VaultMove): Promise<VaultMoved> {
  try {
    return await moved(options, move)
  } catch (error) {
    // What an engine or a node said is a sentence; anything else is a fault of ours.
    const isSaid = error instanceof Error && (error.constructor === Error || error instanceof Refused)
    throw isSaid ? new MoveFailed(error.message, { cause: error }) : error
  }
}

/** The cluster before and after, each with what it is asked with. */
interface Views {
  readonly target: OpenedCluster
  readonly wanted: Prepared
  readonly now: Prepared
  /** Consul has a part in it. */
  readonly isInConsul: boolean
  readonly ways: { readonly from: Place; readonly to: Place }
}

async function viewsOf(options: OpenOptions, move: VaultMove): Promise<Views> {
  const { to } = move
  const written = await openCluster({ ...options, despiteFindings: true })
  // To say where its data are to lie would else be taken for the whole role.
  if ('cluster' in written) optionsOf(written.cluster)
  const target = await opened(options, to)
  const isInConsul = to === 'consul' || move.fromFiles === undefined
  const was = to === 'consul' || !isInConsul ? 'raft' : 'consul'
  // Two servers are enough in Consul, and never were a consensus.
  const before = await opened({ ...options, despiteFindings: true }, was)
  const ready = (cluster: OpenedCluster): Promise<Prepared> =>
    prepare(cluster, {}, 'create', () => Promise.resolve(new Map()), 'here')
  const ways = { from: placeBefore(move, optionsOf(before)), to: placeOf(optionsOf(target)) }
  return { target, wanted: await ready(target), now: await ready(before), isInConsul, ways }
}

async function moved(options: OpenOptions, move: VaultMove): Promise<VaultMoved> {
  const views = await viewsOf(options, move)
  const { target, wanted, ways } = views
  return withTransport(target, async (link) => {
    const nodes = target.resolved.cluster.find(ROLE).map(({ name }) => name)
    const wish = { dataFolder: optionsOf(target).data_dir, store: move.fromFiles }
    const looks = await Promise.all(nodes.map((node) => lookAtNode(link, node, wish)))
    const next = nextOf(looks, ways)
    if (next.kind === 'nothing') return { outcome: 'nothing' }
    if (next.kind === 'refused') throw new Error(next.reason)
    const copied = next.kind === 'copy' ? await copyFrom(views, { link, looks, next, move }) : undefined
    if (next.kind === 'copy' && copied === undefined) return { outcome: 'declined' }
    if (next.kind === 'finish') {
      move.tell('All was copied before; the servers are changed')
      await putInPlace(link, next.worker, ways.to)
    }
    const worker = next.kind === 'finish' ? next.worker : (copied?.worker ?? '')
    await changeServers(options, target, move)
    const away = copied && { awaySeconds: Math.round((Date.now() - copied.since.getTime()) / 1000) }
    const inside = await compared(link, wanted, copied?.inside)
    await ended(link, { nodes, worker, ways, tell: move.tell })
    return { outcome: 'moved', inside, ...(copied && { entries: copied.entries }), ...away }
  })
}

/** From files to a consensus. */
const WITHOUT_CONSUL: ConsulSide = {
  authorityPem: '',
  token: () => '',
  letIn: () => Promise.resolve(),
  holds: () => Promise.resolve(0),
  clear: () => Promise.resolve(),
}

/** The cluster as it is with its Vault there, whatever the lock says of where it is. */
async function opened(
  options: OpenOptions,
  storage: 'raft' | 'consul',
  lock: (lock: ClusterLock) => ClusterLock = withoutPlace,
): Promise<OpenedCluster> {
  const set = [...(options.set ?? []), `roles.${ROLE}.storage=${storage}`]
  const found = await openCluster({ ...options, set, edited: { texts: new Map(), lock } })
  if ('cluster' in found) return found.cluster
  throw new DiagnosticsError(found.diagnostics)
}

function withPlace(lock: ClusterLock, place: string): ClusterLock {
  return { ...lock, settled: { ...lock.settled, [PLACE]: place } }
}

/** The lock says where the data are; without a place, that nobody has begun. */
async function notePlace({ paths: { lockFile }, lab }: OpenedCluster, place?: string): Promise<void> {
  const lock = await readLock(lockFile, lab)
  await writeLock(lockFile, place === undefined ? withoutPlace(lock) : withPlace(lock, place))
}

function withoutPlace(lock: ClusterLock): ClusterLock {
  const { [PLACE]: _, ...settled } = lock.settled
  return { ...lock, settled }
}

function optionsOf({ resolved }: Pick<OpenedCluster, 'resolved'>): VaultOptions {
  const options = resolved.cluster.options<VaultOptions>(ROLE)
  if (options === undefined)
    throw new Error('the cluster file has no role vault: write it, with the nodes of its servers')
  return options
}

function placeOf({ storage, data_dir: dataFolder, consul_path: path }: VaultOptions): Place {
  return storage === 'raft' ? { kind: 'raft', dataFolder } : { kind: 'consul', path }
}

function placeBefore({ fromFiles }: VaultMove, options: VaultOptions): Place {
  return fromFiles === undefined
    ? placeOf(options)
    : { kind: 'file', path: fromFiles.replace(/(?<=.)\/+$/, '') }
}

function serversIn({ resolved, provisions }: Prepared) {
  return serversOf(resolved.cluster, optionsOf({ resolved }), provisions.secrets)
}

/** What a move that was cut off has made already. */
const RIGHTS_OF_VAULT = /^consul-(policy:bramble-vault-|token:right\/vault-)/

/** The rights of Vault are made by Consul's part of an apply: what else is pending there would be changed beside it. */
async function nothingPending(link: NodeLink, { engines, resolved }: Prepared): Promise<void> {
  const [server] = resolved.cluster.find(SERVER_ROLE)
  const store = engines.stores.find(({ name }) => name === CONSUL)
  if (server === undefined || store === undefined) throw new Error('the cluster file has no server of Consul')
  const { differences, unseen } = await store.check(link, server.name)
  const first = [...differences, ...unseen].find(({ address }) => !RIGHTS_OF_VAULT.test(address))
  if (first !== undefined)
    throw new Error(`Consul is not as the cluster file says (${first.address}):  bramble apply  first`)
}

interface Begun extends Pick<Move, 'link' | 'looks' | 'next'> {
  readonly move: VaultMove
}

/** Copies, after Consul was looked at and somebody has agreed. */
async function copyFrom(views: Views, { move, ...begun }: Begun): Promise<Copied | undefined> {
  const { target, wanted, now, isInConsul, ways } = views
  const { link } = begun
  const asked = move.to === 'consul' ? wanted : now
  if (isInConsul) await nothingPending(link, now)
  await asked.secrets.save()
  const confirm = async (told: readonly string[]): Promise<boolean> => {
    const agreed = await move.confirm(told)
    if (agreed && ways.from.kind === 'file') await notePlace(target, `${MOVING}${ways.from.path}`)
    return agreed
  }
  const consul = isInConsul ? consulSide(link, asked) : WITHOUT_CONSUL
  try {
    return await copyVault({ ...ways, ...begun, tell: move.tell, confirm, servers: serversIn(now), consul })
  } catch (error) {
    if (ways.from.kind === 'file') await forgetMove(target, begun)
    throw error
  }
}

/** Where a copy failed and no node has anything of it any more, all is as it was, and an apply may begin. */
async function forgetMove(
  target: OpenedCluster,
  { link, looks }: Pick<Move, 'link' | 'looks'>,
): Promise<void> {
  const wish = { dataFolder: optionsOf(target).data_dir, store: undefined }
  const seen = await Promise.allSettled(looks.map(({ node }) => lookAtNode(link, node, wish)))
  const isOver = seen.every((look) => look.status === 'fulfilled' && look.value.state === undefined)
  if (isOver) await notePlace(target)
}

/** From here on the lock says where the data are: an apply of anybody goes on from there. */
async function changeServers(
  options: OpenOptions,
  target: OpenedCluster,
  { to, event }: VaultMove,
): Promise<void> {
  const place = target.resolved.settled[PLACE] ?? ''
  await notePlace(target, place)
  const settled = (lock: ClusterLock): ClusterLock => withPlace(lock, place)
  const cluster = await opened(options, to, settled)
  let last: Event | undefined
  const nodes = cluster.resolved.cluster.find(ROLE).map(({ name }) => name)
  for await (const one of apply(cluster, { nodes })) {
    event(one)
    last = one
  }
  if (last?.type === 'run-finished' && isWell(last.outcome)) return
  throw new Error(
    'the servers are not all changed yet. Nothing is lost: type the same again, and it goes on from here',
  )
}

/** Reads all that Vault holds, through its new storage. */
async function compared(link: NodeLink, wanted: Prepared, before: Inside | undefined): Promise<number> {
  const { group, nodes, access } = serversIn(wanted)
  const active = activeAmong(await askServers(link, group.servers, nodes, access))?.node
  if (active === undefined) throw new Error('no server is active: type the same again when one is')
  const after = await withApi(link, active, access, readInside)
  const lost = before === undefined ? [] : lostInside(before, after)
  if (lost.length > 0)
    throw new Error(
      `${lost.length} entries are not what they were, ${lost[0]} among them. The old data are kept as they were`,
    )
  return after.size
}

interface Ending {
  readonly nodes: readonly string[]
  readonly worker: string
  readonly ways: { readonly from: Place; readonly to: Place }
  readonly tell: (text: string) => void
}

/** What was moved from is kept, beside where it was, until somebody takes it away. */
async function ended(link: NodeLink, { nodes, worker, ways: { from }, tell }: Ending): Promise<void> {
  if (from.kind === 'raft') {
    const raft = raftFolder(from.dataFolder)
    const aside = `${raft}.before-consul`
    await Promise.all(nodes.map((node) => onNode(link, node, ['aside', raft, aside, VAULT_USER])))
    tell(
      `What it was moved from is kept in ${aside}:  bramble run -n ${nodes.join(',')} --sudo -- rm -r ${aside}  takes it away`,
    )
  } else if (from.kind === 'consul')
    tell(`What it was moved from is kept in Consul:  consul kv delete -recurse ${from.path}  takes it away`)
  else tell(`What it was moved from is kept: ${placeWords(from)} on ${worker}, until you take it away`)
  await onNode(link, worker, ['end'])
}
