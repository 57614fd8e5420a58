/** The tasks of a node are moved to others before a step that they would notice, and may come back after it. */
import { poll } from '../../support/poll.ts'
import { reasonOf } from '../../support/reason.ts'
import type { Drain, NodeLink } from '../contract.ts'
import { servicesReply, tasksReply, type NodeReply } from './replies.ts'
import { nameOf, updateNode, withSwarm, type SwarmApi } from './swarm-api.ts'
import { INTERRUPTS } from './swarm-group.ts'
import { DRAINED_LABEL, type SwarmWish } from './swarm-wish.ts'

/**
 * How long tasks may take to end here and to run elsewhere, before the node goes all the same: dockerd gives a container ten seconds to end, and
 * another node may have to fetch the image.
 */
const MOVE_SECONDS = 90
/** How long the managers may take to answer when one of them was away. */
const RETURN_SECONDS = 60

/** States of a task that is there, or about to be (moby, `TaskState`). */
const ALIVE = ['assigned', 'accepted', 'preparing', 'ready', 'starting', 'running']

/** The drain of a node of the cluster, whether or not it has a place in the swarm. */
export function swarmDrain(wish: SwarmWish, node: string): Drain {
  // One that stays where it is, when there is another one.
  const first = wish.managers.find((name) => name !== node) ?? node
  return {
    name: 'swarm',
    node,
    interruptedBy: (address) => INTERRUPTS.includes(address),
    before: async (link, why) => {
      if (why !== 'removal' && wish.nodes.every(({ name }) => name !== node)) return
      await withSwarm(link, wish, first, async (api) => {
        const entry = api.nodes.find((one) => nameOf(one) === node && one.Status.State === 'ready')
        if (entry !== undefined && (why === 'removal' || isThereAnother(api, entry)))
          await moveOff(api, entry, why)
      })
    },
    after: (link) => giveBack(wish, link, first, node),
  }
}

/** Where nobody could take them, tasks are better off where they are. */
function isThereAnother({ nodes }: SwarmApi, entry: NodeReply): boolean {
  return nodes.some(
    ({ ID, Spec, Status }) => ID !== entry.ID && Spec.Availability === 'active' && Status.State === 'ready',
  )
}

/** Keeps tasks away from a node that has any, and waits until they have ended there and as many run elsewhere, or the time is up. */
export async function moveOff(api: SwarmApi, { ID, Spec }: NodeReply, why: string): Promise<void> {
  const { manager } = api
  const isOurs = Spec.Labels?.[DRAINED_LABEL] !== undefined
  // Somebody else holds it.
  if (Spec.Availability !== 'active' && !isOurs) return
  const lackedBefore = await lacking(api)
  if (Spec.Availability === 'active')
    await updateNode(manager, ID, ({ Labels }) => ({
      Labels: { ...Labels, [DRAINED_LABEL]: why },
      Availability: 'drain',
    }))
  const filters = encodeURIComponent(JSON.stringify({ node: { [ID]: true } }))
  await poll(
    async () => {
      const tasks = await manager.get(`/tasks?filters=${filters}`, tasksReply)
      const left = tasks.ok ? tasks.value.filter(({ Status }) => ALIVE.includes(Status.State)).length : 1
      const lacks = await lacking(api)
      return { passed: left === 0 && lacks <= lackedBefore, detail: `${left} tasks` }
    },
    { patienceSeconds: MOVE_SECONDS },
  )
}

/** How many tasks are wanted and do not run. */
async function lacking({ manager }: SwarmApi): Promise<number> {
  const services = await manager.get('/services?status=true', servicesReply)
  if (!services.ok) return 0
  return services.value.reduce((sum, { ServiceStatus }) => {
    const { DesiredTasks = 0, RunningTasks = 0 } = ServiceStatus ?? {}
    return sum + Math.max(0, DesiredTasks - RunningTasks)
  }, 0)
}

/** Lets tasks come back to a node from which a step has moved them. One that is drained by anybody else stays so. */
async function giveBack(wish: SwarmWish, link: NodeLink, first: string, node: string): Promise<void> {
  // Who is to run no tasks, or is no part of it, has none to get back.
  if (wish.nodes.find(({ name }) => name === node)?.availability !== 'active') return
  const attempt = async (): Promise<{ readonly passed: boolean; readonly detail: string }> => {
    try {
      await withSwarm(link, wish, first, async ({ nodes, manager }) => {
        const drained = nodes.filter(
          (one) => nameOf(one) === node && one.Spec.Labels?.[DRAINED_LABEL] !== undefined,
        )
        for (const { ID } of drained)
          await updateNode(manager, ID, ({ Labels }) => {
            const { [DRAINED_LABEL]: _why, ...others } = Labels ?? {}
            return { Labels: others, Availability: 'active' }
          })
      })
      return { passed: true, detail: '' }
    } catch (error) {
      return { passed: false, detail: reasonOf(error) }
    }
  }
  const { passed, detail } = await poll(attempt, { patienceSeconds: RETURN_SECONDS })
  if (!passed) throw new Error(detail)
}
