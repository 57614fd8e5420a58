/** Services that Nomad runs, by the word of its servers. */
import type { ServiceInstance, ServiceRunner, ServiceState } from '../../service-runner.ts'
import { grantedOrMissing } from '../../steps/reply.ts'
import { NomadApi, withApi } from '../api.ts'
import { pathOf } from '../jobs/job-path.ts'
import { isParent, jobReply } from '../jobs/job.ts'
import { lastWords } from '../jobs/last-words.ts'
import type { AllocationReply } from '../jobs/replies.ts'
import { latestRunOf, waitingRun } from '../jobs/runs.ts'
import { ENGINE } from '../names.ts'
import { serverAccess, type ManagementAccess } from '../setup.ts'
import { allocationsOf } from './allocations.ts'
import { PATIENCE_SECONDS, restartWork } from './restart-work.ts'
import { writtenBy } from './written.ts'

/** Asks the servers, best first. */
export function serviceRunner(servers: readonly string[], access: ManagementAccess): ServiceRunner {
  return {
    by: ENGINE,
    members: servers,
    ask: (link, node, { service }) =>
      withApi(link, node, serverAccess(access), (api) => stateOfService(api, service.name)),
    async *restart(link, node, { service }, signal) {
      const api = new NomadApi(link, node, { ...serverAccess(access), replySeconds: PATIENCE_SECONDS })
      try {
        yield* restartWork(api, service.name, signal)
      } finally {
        await api.close()
      }
    },
    logs: (link, node, { service }, lines) =>
      withApi(link, node, serverAccess(access), (api) => writtenBy(api, service.name, lines)),
  }
}

async function stateOfService(api: NomadApi, id: string): Promise<ServiceState> {
  const job = grantedOrMissing(`the job ${id}`, await api.get(pathOf(id), jobReply))
  if (job === undefined) return { instances: [], detail: 'there is no such job' }
  if (job.Stop === true) return { instances: [], detail: 'its job was stopped' }
  if (!isParent(job)) {
    const instances = (await allocationsOf(api, id)).map((one) => instanceOf(one, 'ended'))
    return instances.length > 0 ? { instances } : { instances, detail: 'nothing of it has a place' }
  }
  const latest = await latestRunOf(api, id)
  if (latest === undefined) return { instances: [], detail: 'it has not been run yet' }
  const problem = await waitingRun(api, job, latest)
  const instances = (await allocationsOf(api, latest)).map((one) => instanceOf(one, 'waits for its next run'))
  return {
    instances,
    ...(instances.length === 0 && { detail: 'its last run has no place' }),
    ...(problem !== undefined && { problem }),
  }
}

function instanceOf(allocation: AllocationReply, whenComplete: string): ServiceInstance {
  const { NodeName: node, ClientStatus, JobVersion, TaskStates } = allocation
  const times = Object.values(TaskStates).flatMap(({ Events }) => Events.map(({ Time }) => Time))
  const at = { node, ...(times.length > 0 && { since: new Date(Math.max(...times) / 1e6) }) }
  switch (ClientStatus) {
    case 'running':
      return { ...at, state: 'running', isWrong: false }
    case 'complete':
      return { ...at, state: whenComplete, isWrong: whenComplete === 'ended' }
    case 'pending':
      return { ...at, state: `begins${lastWords([allocation], JobVersion)}`, isWrong: false }
    default:
      return { ...at, state: `${ClientStatus}${lastWords([allocation], JobVersion)}`, isWrong: true }
  }
}
