/** Begins the work of a service anew where it is: Nomad ends its tasks and starts them in the same place, with the same version. */
import { z } from 'zod'
import { poll, type Answer } from '../../../support/poll.ts'
import type { RestartedInstance } from '../../service-runner.ts'
import { granted } from '../../steps/reply.ts'
import type { NomadApi } from '../api.ts'
import { lastWords } from '../jobs/last-words.ts'
import type { AllocationReply } from '../jobs/replies.ts'
import { GOODBYE_SECONDS } from '../names.ts'
import { allocationsOf } from './allocations.ts'

/** Nomad answers when the tasks have ended. A task may say goodbye for as long as a client lets it, and a container or a slow board takes its time to begin. */
export const PATIENCE_SECONDS = GOODBYE_SECONDS + 120

/** One place after the other, until one does not come back. Rejects with a sentence when nothing of it runs. */
export async function* restartWork(
  api: NomadApi,
  id: string,
  signal?: AbortSignal,
): AsyncGenerator<RestartedInstance> {
  const all = await allocationsOf(api, id)
  const running = all.filter(({ ClientStatus }) => ClientStatus === 'running')
  if (running.length === 0) throw new Error(`nothing of it runs${lastWords(all, undefined)}`)
  for (const before of running) {
    const { ID, NodeName: node } = before
    const path = `/v1/client/allocation/${ID}/restart`
    granted(`the restart on ${node}`, await api.send('PUT', path, z.unknown(), {}))
    const { passed, detail } = await poll(() => beganAnew(api, id, before), {
      patienceSeconds: PATIENCE_SECONDS,
      signal,
    })
    yield { node, ...(!passed && { failure: detail }) }
    if (!passed) return
  }
}

/** Has each task been started since, and does the work run? */
async function beganAnew(api: NomadApi, id: string, before: AllocationReply): Promise<Answer> {
  const now = (await allocationsOf(api, id)).find(({ ID }) => ID === before.ID)
  if (now === undefined) return { passed: false, isFinal: true, detail: 'it was taken away meanwhile' }
  const { ClientStatus } = now
  const told = `${ClientStatus}${lastWords([now], undefined)}`
  if (ClientStatus === 'failed' || ClientStatus === 'lost')
    return { passed: false, isFinal: true, detail: told }
  const passed = ClientStatus === 'running' && startedAt(now) > startedAt(before)
  return { passed, detail: passed ? 'running' : `it has not begun again; ${told}` }
}

/** When the task that was started last was, in nanoseconds; what ran before the work and has ended is older. */
function startedAt({ TaskStates }: AllocationReply): number {
  const events = Object.values(TaskStates).flatMap(({ Events }) => Events)
  return Math.max(0, ...events.filter(({ Type }) => Type === 'Started').map(({ Time }) => Time))
}
