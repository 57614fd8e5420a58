/** A swarm, asked through one of its managers. */
import { poll } from '../../support/poll.ts'
import { reasonOf } from '../../support/reason.ts'
import type { NodeLink } from '../contract.ts'
import { withDocker, type DockerApi } from '../docker/docker-api.ts'
import { granted, Refused } from '../steps/reply.ts'
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

/** How often an update is tried whose thing somebody else changes at the same time: dockerd itself notes how nodes are. */
const TRIES = 5

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
  const problems: string[] = []
  let outside = 0
  let isTorn = false
  for (const node of [first, ...wish.managers.filter((name) => name !== first)]) {
    const asked = await askThrough(link, wish, node, work)
    if ('value' in asked) return asked.value
    if ('isOutside' in asked) outside++
    else problems.push(asked.problem)
    isTorn ||= 'isTorn' in asked && asked.isTorn === true
  }
  const former = await formerManager(link, wish)
  const asked = former === undefined ? undefined : await askThrough(link, wish, former, work)
  if (asked !== undefined && 'value' in asked) return asked.value
  if (asked === undefined && outside > wish.managers.length / 2) return undefined
  throw new Error([...problems, ...(isTorn ? [LAST_RESORT] : [])].join('; '))
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

/** Changes what a swarm keeps of one of its nodes. Rejects with {@link Refused}. */
export async function updateNode(
  manager: DockerApi,
  id: string,
  change: (spec: NodeReply['Spec']) => Partial<NodeReply['Spec']>,
): Promise<void> {
  await untilInSequence(async () => {
    const { Version, Spec } = granted(id, await manager.get(`/nodes/${id}`, nodeReply))
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
  await untilInSequence(async () => {
    const { Version, Spec } = granted('the swarm', await manager.get('/swarm', swarmReply))
    const spec = { ...Spec, Labels: labels(Spec.Labels ?? {}) }
    return manager.send('POST', `/swarm/update?version=${Version.Index}${tokens}`, anything, spec)
  })
}

async function untilInSequence(
  attempt: () => Promise<{ readonly ok: boolean; readonly problem?: string; readonly status?: number }>,
): Promise<void> {
  for (let tried = 1; ; tried++) {
    const reply = await attempt()
    if (reply.ok) return
    const { problem = '', status = 0 } = reply
    if (tried < TRIES && /out of sequence/.test(problem)) continue
    throw new Refused('dockerd', { status, problem })
  }
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
