/** The copy of a move: what is looked at before, all servers stopped, the data copied and compared; or the old Vault runs again. */
import { poll } from '../../../support/poll.ts'
import { reasonOf } from '../../../support/reason.ts'
import type { NodeLink } from '../../contract.ts'
import { withApi } from '../api.ts'
import { activeAmong, askServers } from '../ask-server.ts'
import { unseal, type Servers } from '../bring-in.ts'
import { raftFolder } from '../config.ts'
import { PROGRAM, secretNames, UNIT, VAULT_USER } from '../names.ts'
import { LARGEST_FILE_BYTES, moveConfigs, placeWords, stagedFolder, type Place } from './configs.ts'
import { readInside, type Inside } from './inside.ts'
import type { Next, Ways } from './judge.ts'
import { badEntries, onNode, stateText, type BadEntry, type MoveState, type NodeLook } from './on-node.ts'

/** What a move needs of Consul. */
export interface ConsulSide {
  readonly authorityPem: string
  /** The token of the server on a node. */
  token(node: string): string
  /** Makes the rights of the servers, and waits until they count on this node. */
  letIn(node: string): Promise<void>
  /** How many keys lie below a path. */
  holds(path: string): Promise<number>
  clear(path: string): Promise<void>
}

/** A move. */
export interface Move extends Ways {
  readonly link: NodeLink
  /** As they are before. */
  readonly servers: Servers
  readonly consul: ConsulSide
  readonly looks: readonly NodeLook[]
  readonly next: Extract<Next, { readonly kind: 'copy' }>
  /** Told what is done, a sentence each. */
  readonly tell: (text: string) => void
  /** Asked once, when all was looked at and before anything is stopped. */
  readonly confirm: (told: readonly string[]) => Promise<boolean>
}

/** What was copied; undefined when nobody agreed to it. */
export interface Copied {
  readonly worker: string
  readonly entries: number
  /** What Vault itself gave before, where it could be asked. */
  readonly inside?: Inside
  /** When the first server was stopped. */
  readonly since: Date
}

/** Who does it, and how its server is stopped and started. */
interface Worker {
  readonly node: string
  readonly unit: string
  readonly program: string
  /** All nodes with a server, the one that is stopped last at the end. */
  readonly stops: readonly string[]
  readonly inside?: Inside
}

const OPEN_SECONDS = 120

/** Copies. Rejects with a sentence when it cannot; the old Vault then runs again, or was never stopped. */
export async function copyVault(move: Move): Promise<Copied | undefined> {
  const worker = await workerOf(move)
  await onNode(move.link, worker.node, ['alone'])
  const { to, from, consul, link, next } = move
  if (to.kind === 'consul' && next.again === undefined) {
    const there = await consul.holds(to.path)
    if (there > 0)
      throw new Error(
        `both hold data: there are ${there} keys below ${to.path} in Consul. When nobody needs them:  consul kv delete -recurse ${to.path}`,
      )
  }
  if (from.kind === 'file')
    refuseBad(badEntries(await onNode(link, worker.node, ['read', from.path, limitOf(move)])))
  if (!(await move.confirm(planned(move, worker)))) return undefined
  await consul.letIn(worker.node)
  const since = new Date()
  const state = { from: placeWords(from), to: placeWords(to), unit: worker.unit, program: worker.program }
  await onNode(link, worker.node, ['mark', stateText({ phase: 'copying', ...state })])
  try {
    for (const node of worker.stops) await link.run(node, ['systemctl', 'disable', '--now', worker.unit])
    await allStopped(move, worker)
    move.tell('Vault is stopped; its data are copied, and compared with what they were')
    const entries = await copyOn(move, worker, { phase: 'copied', ...state })
    const { inside } = worker
    return { worker: worker.node, entries, since, ...(inside && { inside }) }
  } catch (error) {
    await wayBack(move, worker)
    throw error
  }
}

function planned({ from, to, servers }: Move, { node, stops, inside }: Worker): readonly string[] {
  const count = inside === undefined ? '' : `, with ${inside.size} entries that were read one by one`
  return [
    `Vault moves from ${placeWords(from)} to ${placeWords(to)}${count}.`,
    `It is stopped on ${stops.join(', ')}, and nobody gets a secret until the move is done; the copy is made on ${node} and compared.`,
    `Then it starts with them on ${servers.group.servers.map(({ name }) => name).join(', ')}, opened by the kept shares. What is in ${placeWords(from)} stays.`,
  ]
}

const limitOf = ({ to }: Ways): string => String(to.kind === 'consul' ? LARGEST_FILE_BYTES : 2 ** 40)

function refuseBad(bad: readonly BadEntry[]): void {
  const [first] = bad
  if (first === undefined) return
  const more = bad.length === 1 ? '' : `, and ${bad.length - 1} more`
  const what =
    first.what === 'damaged'
      ? 'is damaged: it is empty, filled with zeros, or cut off'
      : `is too large for Consul, with ${first.bytes} of at most ${LARGEST_FILE_BYTES} bytes`
  throw new Error(`the entry ${first.path} ${what}${more}`)
}

/** Who has the newest data. Where the servers run they are all well, and what they hold is read. */
async function workerOf(move: Move): Promise<Worker> {
  const { from, looks, next, servers, link } = move
  const own = { unit: UNIT, program: PROGRAM }
  if (from.kind === 'file') return ofFiles(move)
  const all = servers.group.servers.map(({ name }) => name)
  if (!next.isRunning) {
    if (next.again === undefined) throw new Error('no server of Vault runs:  bramble apply  starts them')
    return { node: next.again.node, ...own, stops: looks.map(({ node }) => node) }
  }
  const asked = await askServers(link, servers.group.servers, servers.nodes, servers.access)
  const unwell = asked.find(({ state }) => state !== 'active' && state !== 'standby')
  const view = activeAmong(asked)
  const active = view?.node
  if (unwell !== undefined || active === undefined) {
    const which = unwell === undefined ? 'no server is active' : `${unwell.node} is ${unwell.state}`
    throw new Error(`a move begins with all servers open, and ${which}:  bramble apply  first`)
  }
  const voters = view?.raft?.filter(({ Voter }) => Voter) ?? []
  if (from.kind === 'raft' && voters.length !== all.length)
    throw new Error(
      `${voters.length} servers vote, and the cluster file has ${all.length}:  bramble apply  first, with the storage that they have`,
    )
  const inside = await withApi(link, active, servers.access, readInside)
  refuseLarge(move, inside)
  return { node: active, ...own, stops: [...all.filter((node) => node !== active), active], inside }
}

/** In base64, and encrypted, it is a third larger at the least. */
function refuseLarge({ to }: Ways, inside: Inside): void {
  if (to.kind !== 'consul') return
  refuseBad(
    [...inside].flatMap(([path, { bytes }]) => {
      const inConsul = Math.ceil((bytes * 4) / 3)
      return inConsul > LARGEST_FILE_BYTES ? [{ what: 'large' as const, path, bytes: inConsul }] : []
    }),
  )
}

/** A server that somebody made by hand: it runs, and so it is known how. */
function ofFiles(move: Move): Worker {
  requireKeys(move)
  const found = havingStore(move)
  const [running] = found.servers
  if (running?.unit === '')
    throw new Error(
      `Vault runs on ${found.node} as process ${running.pid}, and belongs to no unit: end it, then type this again`,
    )
  const known = running ?? move.next.again
  if (known === undefined)
    throw new Error(`no Vault runs on ${found.node}: start it, so that it is known by which unit and program`)
  const { unit, program } = known
  return { node: found.node, unit, program, stops: [found.node] }
}

function requireKeys({ servers: { access, group } }: Move): void {
  const { shares, rootToken } = access.keys()
  const { threshold, generation } = group.options
  if (shares.length >= threshold && rootToken !== undefined) return
  const [first, last] = [secretNames.share(generation, 1), secretNames.rootToken(generation)]
  throw new Error(
    `the keys of that Vault open it afterwards, and are not among the secrets:  bramble secrets import ${first}  and so on, and  ${last}`,
  )
}

function havingStore({ from, looks }: Move): NodeLook {
  const having = looks.filter(({ hasStore }) => hasStore)
  const [found] = having
  if (found !== undefined && having.length === 1) return found
  const where = found === undefined ? 'none' : having.map(({ node }) => node).join(', ')
  throw new Error(`${placeWords(from)} are to be on one of the nodes of Vault, and are on ${where}`)
}

async function allStopped({ link, looks }: Move, { stops }: Worker): Promise<void> {
  for (const node of new Set([...looks.map((look) => look.node), ...stops])) {
    const lines = await onNode(link, node, ['look', '/', '/', '', UNIT])
    const running = lines.find(([word]) => word === 'server')
    if (running !== undefined)
      throw new Error(`a server of Vault still runs on ${node}, as process ${running[1]}`)
  }
}

function secretsOf({ consul }: Move, node: string): Uint8Array {
  return Buffer.from(`${consul.token(node)}\n${consul.authorityPem}`)
}

async function copyOn(move: Move, { node, program }: Worker, state: MoveState): Promise<number> {
  const { from, to, link, consul, servers } = move
  const server = servers.group.servers.find(({ name }) => name === node)
  if (server === undefined) throw new Error(`${node} is to be no server`)
  // What a copy that was cut off has left there is ours: it was empty before.
  if (to.kind === 'consul') await consul.clear(to.path)
  const staged = to.kind === 'raft' ? stagedFolder(to.dataFolder) : ''
  const words = ['copy', program, limitOf(move), staged, ...moveConfigs(from, to, server), stateText(state)]
  const lines = await onNode(link, node, words, secretsOf(move, node))
  refuseBad(badEntries(lines))
  await putInPlace(link, node, to)
  return Number(lines.find(([word]) => word === 'entries')?.[1] ?? 0)
}

/** What was copied becomes what a server finds; does nothing where it is so. */
export async function putInPlace(link: NodeLink, node: string, to: Place): Promise<void> {
  if (to.kind !== 'raft') return
  const words = ['switch', stagedFolder(to.dataFolder), raftFolder(to.dataFolder), VAULT_USER]
  await onNode(link, node, words)
}

/** The old Vault as it was. What could not be done is told; the next attempt finds what was left. */
async function wayBack(move: Move, worker: Worker): Promise<void> {
  const { link, to, consul, from, servers, tell } = move
  const { node, unit, program } = worker
  try {
    const server = servers.group.servers.find(({ name }) => name === node) ?? { address: node }
    if (to.kind === 'consul') await consul.clear(to.path)
    const [config = ''] = moveConfigs(from, to, server)
    const staged = to.kind === 'raft' ? stagedFolder(to.dataFolder) : ''
    await onNode(link, node, ['back', program, config, staged], secretsOf(move, node))
    for (const each of worker.stops.toReversed()) await link.run(each, ['systemctl', 'enable', '--now', unit])
    if (from.kind === 'file') {
      tell(`The old Vault on ${node} is started again, sealed as after every start.`)
      return
    }
    const opened = await poll(() => openAll(move), { patienceSeconds: OPEN_SECONDS })
    tell(
      opened.passed
        ? 'The old Vault runs again, and is open.'
        : `The old Vault is started again: ${opened.detail}`,
    )
  } catch (error) {
    tell(
      `The old Vault is not started again, ${reasonOf(error)}. Its data are as they were:  bramble apply  starts it.`,
    )
  }
}

async function openAll({ servers, link }: Move): Promise<{ passed: boolean; detail: string }> {
  const looks = await askServers(link, servers.group.servers, servers.nodes, servers.access)
  for (const { node, state } of looks) if (state === 'sealed') await unseal(servers, link, node)
  const closed = looks.find(({ state }) => state !== 'active' && state !== 'standby')
  return {
    passed: closed === undefined,
    detail: closed === undefined ? '' : `${closed.node} is ${closed.state}`,
  }
}
