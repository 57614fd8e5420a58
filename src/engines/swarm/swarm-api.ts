/** A swarm, asked through one of its managers. */
import { poll } from '../../support/poll.ts'
import { reasonOf } from '../../support/reason.ts'
import type { NodeLink } from '../contract.ts'
import { withDocker, type DockerApi } from '../docker/docker-api.ts'
import { granted, Refused, type Reply } from '../steps/reply.ts'
import {
  anything,
  infoReply,
  nodeReply,
  nodesReply,
  swarmReply,
  type InfoReply,
  type NodeReply,
} from './replies.ts'
import { NAME_LABEL, type SwarmNode, type SwarmWish } from './swarm-wish.ts'

/** How long an update is tried that is refused for a reason that passes by itself: an election takes seconds. */
const PASSES_SECONDS = 30

/** Somebody else has changed the same thing meanwhile (dockerd itself notes how nodes are), nobody leads for a moment, or a manager is not up yet (moby 20.10 to 28). */
const PASSES = /out of sequence|does not have a leader|Manager is being prepared/

/** Bramble does not do this: what the lost managers alone knew would be gone. */
const LAST_RESORT =
  'managers without a majority cannot be mended by the others: if they are lost for good, type docker swarm init --force-new-cluster on one that is well (it keeps what it knows), then apply'

/** What the nodes of a swarm say of it, and the way to ask for more. */
export interface SwarmApi {
  readonly link: NodeLink
  readonly wish: SwarmWish
  /** A manager that takes part. */
  readonly manager: DockerApi
  readonly clusterId: string
  readonly nodes: readonly NodeReply[]
}

/** What a node says of itself. Rejects with {@link Refused}. */
export async function localState(api: DockerApi): Promise<InfoReply['Swarm']> {
  return granted(api.node, await api.get('/info', infoReply)).Swarm
}

/** What came of asking one node to do something with the swarm. */
type Asked<Value> =
  | { readonly value: Value }
  | { readonly isOutside: true }
  | { readonly problem: string; readonly isTorn?: boolean }

/**
 * Does something with the swarm through the first of its managers that takes part; those of the cluster file are asked first, and then the other
 * nodes, which may be managers still. Undefined when there is no swarm: most managers say that they are in none, and nobody says that it is
 * in one. Rejects with a sentence when that is not known.
 */
export async function withSwarm<Value>(
  link: NodeLink,
  wish: SwarmWish,
  first: string,
  work: (api: SwarmApi) => Promise<Value>,
): Promise<Value | undefined> {
  const asked = await askInTurn(link, wish, [first, ...wish.managers.filter((name) => name !== first)], work)
  if ('value' in asked) return asked.value
  const former = await formerManager(link, wish)
  const last = former === undefined ? undefined : await askThrough(link, wish, former, work)
  if (last !== undefined && 'value' in last) return last.value
  if (last === undefined && asked.outside > wish.managers.length / 2) return undefined
  throw new Error(asked.problem)
}

/**
 * The same through a manager that stays one, for work by which others lose their part: who loses its own could not see it through. Rejects with a
 * sentence while none of them takes part: one that has just been made is counted by the others before its own dockerd is there.
 */
export async function throughStaying<Value>(
  link: NodeLink,
  wish: SwarmWish,
  staying: readonly string[],
  work: (api: SwarmApi) => Promise<Value>,
): Promise<Value> {
  const asked = await askInTurn(link, wish, staying, work)
  if ('value' in asked) return asked.value
  throw new Error(asked.problem || `${staying.join(', ')}: in no swarm`)
}

/** Through the first of these that can; else how many of them are in no swarm, and what the others say. */
async function askInTurn<Value>(
  link: NodeLink,
  wish: SwarmWish,
  nodes: readonly string[],
  work: (api: SwarmApi) => Promise<Value>,
): Promise<{ readonly value: Value } | { readonly outside: number; readonly problem: string }> {
  const problems: string[] = []
  let outside = 0
  let isTorn = false
  for (const node of nodes) {
    const asked = await askThrough(link, wish, node, work)
    if ('value' in asked) return asked
    if ('isOutside' in asked) outside++
    else problems.push(asked.problem)
    isTorn ||= 'isTorn' in asked && asked.isTorn === true
  }
  return { outside, problem: [...problems, ...(isTorn ? [LAST_RESORT] : [])].join('; ') }
}

/** Does it through one node, when that is a manager. */
function askThrough<Value>(
  link: NodeLink,
  wish: SwarmWish,
  node: string,
  work: (api: SwarmApi) => Promise<Value>,
): Promise<Asked<Value>> {
  return withDocker(link, node, async (manager): Promise<Asked<Value>> => {
    const state = await localState(manager).catch(reasonOf)
    if (typeof state === 'string') return { problem: state }
    if (state.LocalNodeState === 'inactive') return { isOutside: true }
    if (!state.ControlAvailable) {
      const why = state.Error === '' ? `it is no manager (${state.LocalNodeState})` : state.Error
      return { problem: `${node}: ${why}`, isTorn: state.LocalNodeState === 'error' }
    }
    const nodes = await manager.get('/nodes', nodesReply)
    if (!nodes.ok) return { problem: `${node}: ${nodes.problem}` }
    const clusterId = state.Cluster?.ID ?? ''
    return { value: await work({ link, wish, manager, clusterId, nodes: nodes.value }) }
  })
}

/** A node that is to be a worker and is a manager still: none of those that are to be managers may be one yet. */
async function formerManager(link: NodeLink, { nodes }: SwarmWish): Promise<string | undefined> {
  const workers = nodes.filter(({ role }) => role === 'worker')
  const found = await Promise.all(
    workers.map(({ name }) =>
      withDocker(link, name, async (api) =>
        (await localState(api)).ControlAvailable ? name : undefined,
      ).catch(() => undefined),
    ),
  )
  return found.find((name) => name !== undefined)
}

/** Entries of the swarm that stand for a wanted node: the one that counts first. Entries of nodes that were made anew stay behind as others. */
export function entriesOf(nodes: readonly NodeReply[], wanted: SwarmNode): NodeReply[] {
  const named = nodes.filter((node) => nameOf(node) === wanted.name)
  const found =
    named.length > 0
      ? named
      : // Joined by hand, or by a run that was cut off before it could name it.
        nodes.filter(
          (node) =>
            nameOf(node) === undefined &&
            [wanted.name, wanted.fqdn].includes(node.Description.Hostname) &&
            [node.Status.Addr, node.ManagerStatus?.Addr.replace(/:\d+$/, '')].includes(wanted.address),
        )
  return found.toSorted((a, b) => Number(b.Status.State === 'ready') - Number(a.Status.State === 'ready'))
}

/** The name that a node of the swarm has in the cluster file; undefined when it is not ours. */
export function nameOf({ Spec }: NodeReply): string | undefined {
  return Spec.Labels?.[NAME_LABEL]
}

/**
 * Does it take part in the consensus, as far as the managers count? One that is to be a manager may not vote yet, or no more after a swarm was made
 * anew from one of its managers.
 */
export function votes({ ManagerStatus }: NodeReply): boolean {
  return ManagerStatus != null
}

/** Changes what a swarm keeps of one of its nodes. Rejects with {@link Refused}. */
export async function updateNode(
  manager: DockerApi,
  id: string,
  change: (spec: NodeReply['Spec']) => Partial<NodeReply['Spec']>,
): Promise<void> {
  await untilTaken(id, async () => {
    const is = await manager.get(`/nodes/${id}`, nodeReply)
    if (!is.ok) return is
    const { Version, Spec } = is.value
    const spec = { ...Spec, ...change(Spec) }
    return manager.send('POST', `/nodes/${id}/update?version=${Version.Index}`, anything, spec)
  })
}

/** Changes what a swarm keeps of itself; `rotate` ends the tokens that were. Rejects with {@link Refused}. */
export async function updateSwarm(
  manager: DockerApi,
  labels: (before: Readonly<Record<string, string>>) => Readonly<Record<string, string>>,
  rotate = false,
): Promise<void> {
  const tokens = rotate ? '&rotateWorkerToken=true&rotateManagerToken=true' : ''
  await untilTaken('the swarm', async () => {
    const is = await manager.get('/swarm', swarmReply)
    if (!is.ok) return is
    const { Version, Spec } = is.value
    const spec = { ...Spec, Labels: labels(Spec.Labels ?? {}) }
    return manager.send('POST', `/swarm/update?version=${Version.Index}${tokens}`, anything, spec)
  })
}

async function untilTaken(what: string, attempt: () => Promise<Reply<unknown>>): Promise<void> {
  const answer = await poll(
    async () => {
      const reply = await attempt()
      const detail = reply.ok ? '' : reply.problem
      return { passed: reply.ok, detail, isFinal: !PASSES.test(detail) }
    },
    { patienceSeconds: PASSES_SECONDS },
  )
  if (!answer.passed) throw new Refused(what, { status: 0, problem: answer.detail })
}

/** Waits until a node of the swarm is as it is to be. Rejects with {@link Refused} when the time is up. */
export async function awaitNode(
  manager: DockerApi,
  id: string,
  seconds: number,
  lacks: (node: NodeReply) => string | undefined,
): Promise<void> {
  const answer = await poll(
    async () => {
      const node = await manager.get(`/nodes/${id}`, nodeReply)
      const detail = node.ok ? lacks(node.value) : node.problem
      return { passed: detail === undefined, detail: detail ?? '' }
    },
    { patienceSeconds: seconds },
  )
  if (!answer.passed)
    throw new Refused('the swarm', { status: 0, problem: `${answer.detail} after ${seconds} s` })
}
