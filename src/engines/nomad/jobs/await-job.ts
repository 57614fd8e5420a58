/** Waits until a job that was registered is well: by the word of the servers, and by the work itself. */
import { poll } from '../../../support/poll.ts'
import { granted, grantedOrMissing, Refused } from '../../steps/reply.ts'
import type { StepAid } from '../../steps/step.ts'
import type { NomadApi } from '../api.ts'
import { jobReply } from './job.ts'
import { pathOf } from './job-path.ts'
import { judge, type JobState, type Registered, type Waits } from './judge-job.ts'
import { allocationsReply, deploymentsReply, evaluationsReply } from './replies.ts'

/** Nomad ends a deployment that makes no progress; this is for many steps of slow ones. */
const DEPLOYMENT_SECONDS = 3600

/** How long ago the wait for something began; something else begins anew. */
class Patient implements Waits {
  #what = ''
  #since = performance.now()

  /** Whether this was waited for all the time, for so long. */
  isOver(what: string, seconds: number): boolean {
    if (what !== this.#what) this.#since = performance.now()
    this.#what = what
    return performance.now() - this.#since > seconds * 1000
  }
}

/** Resolves when it is well; rejects with {@link Refused} when it is not going to be, or when the run ends. */
export async function awaitJob(api: NomadApi, registered: Registered, patience?: StepAid): Promise<void> {
  const waits = new Patient()
  let lost: Error | undefined
  const { passed, detail } = await poll(
    async () => {
      try {
        return judge(await stateOf(api, registered.id), registered, waits)
      } catch (error) {
        // Nothing comes over this connection any more: another server may answer.
        if (!(error instanceof Refused) || error.status !== 0) throw error
        lost = new Error(error.message)
        return { passed: false, isFinal: true, detail: error.message }
      }
    },
    {
      patienceSeconds: DEPLOYMENT_SECONDS,
      signal: patience?.signal,
      waits: (what) => patience?.waits?.(`${registered.id}: ${what}`),
    },
  )
  if (passed) return
  if (lost !== undefined) throw lost
  const isEnded = patience?.signal?.aborted === true
  const problem = isEnded ? `registered, and not waited for any longer: ${detail}` : detail
  throw new Refused(`the job ${registered.id}`, { status: 0, problem })
}

/** Asks the servers how a job is. Rejects with {@link Refused} when they do not say. */
export async function stateOf(api: NomadApi, id: string): Promise<JobState> {
  const path = pathOf(id)
  const about = `the job ${id}`
  const [job, evaluations, deployments, allocations] = await Promise.all([
    api.get(path, jobReply),
    api.get(`${path}/evaluations`, evaluationsReply),
    api.get(`${path}/deployments`, deploymentsReply),
    api.get(`${path}/allocations`, allocationsReply),
  ])
  return {
    job: grantedOrMissing(about, job),
    evaluations: granted(about, evaluations),
    deployments: granted(about, deployments),
    allocations: granted(about, allocations),
  }
}
