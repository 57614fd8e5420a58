/** How the jobs of the cluster file are, for `bramble status` and the end of an apply: judged as they are when they are registered. */
import { reasonOf } from '../../../support/reason.ts'
import type { NomadApi } from '../api.ts'
import { readOwned } from '../owned.ts'
import { stateOf } from './await-job.ts'
import { JOB_KIND } from './job-step.ts'
import { isParent } from './job.ts'
import { judge } from './judge-job.ts'
import { latestRunOf, waitingRun } from './runs.ts'

/** What is wrong with them, and of which nobody says how they are. */
export interface JobProblems {
  readonly problems: readonly string[]
  readonly unknown: readonly string[]
}

/** Asks for all jobs that are ours. Never rejects. */
export async function jobProblems(api: NomadApi): Promise<JobProblems> {
  try {
    const { things } = await readOwned(api)
    const ids = Object.entries(things).flatMap(([address, { id }]) =>
      address.startsWith(`${JOB_KIND}:`) && id !== undefined ? [id] : [],
    )
    const found = await Promise.all(ids.toSorted().map((id) => problemOf(api, id)))
    return {
      problems: found.flatMap(({ problems }) => problems),
      unknown: found.flatMap(({ unknown }) => unknown),
    }
  } catch (error) {
    return { problems: [], unknown: [`how its jobs are: ${reasonOf(error)}`] }
  }
}

async function problemOf(api: NomadApi, id: string): Promise<JobProblems> {
  try {
    const state = await stateOf(api, id)
    const { job } = state
    // Whether it should be there is said by the plan: what has ended by itself is tidied away.
    if (job === undefined) return { problems: [], unknown: [] }
    if (job.Stop === true) return { problems: [`the job ${id} was stopped`], unknown: [] }
    if (isParent(job)) {
      const run = await latestRunOf(api, id)
      const problem = run === undefined ? undefined : await waitingRun(api, job, run)
      return { problems: problem === undefined ? [] : [`the job ${id}: ${problem}`], unknown: [] }
    }
    // Whatever it waits for, it does not have it now.
    const now = { id, index: job.JobModifyIndex ?? 0 }
    const { passed, detail } = judge(state, now, { isOver: () => true })
    return { problems: passed ? [] : [`the job ${id}: ${detail}`], unknown: [] }
  } catch (error) {
    return { problems: [], unknown: [`how the job ${id} is: ${reasonOf(error)}`] }
  }
}
