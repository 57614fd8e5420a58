/** One job: planned by Nomad itself, registered only over what was seen, and waited for. */
import type { Difference } from '../../../events/event.ts'
import type { ClusterDifference } from '../../contract.ts'
import type { Owned, OwnedThing } from '../../steps/owned.ts'
import { granted, grantedOrMissing, Refused } from '../../steps/reply.ts'
import { refusedStep, type Step, type StepAid } from '../../steps/step.ts'
import type { NomadApi } from '../api.ts'
import { awaitJob } from './await-job.ts'
import { changedFields, foreseen, shownJob, withoutValues } from './job-differences.ts'
import type { JobFile } from './job-file.ts'
import { pathOf } from './job-path.ts'
import { endsByItself, isParent, jobReply, type Job, type JobReply } from './job.ts'
import type { Registered } from './judge-job.ts'
import { deploymentsReply, planReply, registeredReply } from './replies.ts'
import { MARK, triedAgain, withHeld, type JobPlace, type WantedJob } from './wanted-job.ts'

/** What the addresses of jobs begin with. */
export const JOB_KIND = 'nomad-job'
/** The stage of jobs that come: after what leaves, which may make room. */
export const MAKE = 50

/** Address of a job, from its name. */
export function addressOf(name: string): string {
  return `${JOB_KIND}:${name}`
}

/** Whether a job that is there was registered by us. */
function isOurs(held: JobReply, known: OwnedThing | undefined, cluster: string): boolean {
  return known?.id !== undefined || held.Meta?.[MARK] === cluster
}

/** What is to be done about one job; nothing where it is as its file says, and was seen to be well. */
export async function jobStep(
  api: NomadApi,
  parts: JobPlace,
  wanted: WantedJob,
  owned: Owned,
): Promise<Step<NomadApi> | undefined> {
  const { file, seen } = wanted
  const { ID: id } = wanted.job
  const known = owned.things[addressOf(id)]
  const held = grantedOrMissing(`the job ${id}`, await api.get(pathOf(id), jobReply))
  if (held !== undefined && !isOurs(held, known, parts.cluster) && !file.takeOver)
    return refusedStep(MAKE, someoneElses(id, file))
  // One that has ended is tidied away after an hour, and must not begin again for that.
  if (held === undefined && endsByItself(seen) && known?.wanted === wanted.print) return undefined
  const job = held === undefined ? wanted.job : withHeld(wanted, held)
  const asked = await api.send('POST', `${pathOf(id)}/plan`, planReply, { Job: job, Diff: true })
  const plan = granted(file.path, asked)
  const isNew = plan.Diff.Type === 'Added'
  const changes = isNew ? shownJob(seen) : changedFields(plan.Diff)
  // Nomad calls a block `scaling` edited in which no field differs, again with each plan (1.11.3).
  if (changes.length > 0 || held?.JobModifyIndex == null) {
    const differences = [...changes, ...foreseen(seen, plan)]
    const reason = reasonFor(wanted, held, known, parts)
    return registering({ wanted, job, index: plan.JobModifyIndex, reason, differences, isNew })
  }
  return known?.wanted === undefined ? unproven(api, wanted, job, held.JobModifyIndex) : undefined
}

/** Told in the plan, and failed by an apply. */
function someoneElses(id: string, { path, ofService }: JobFile): ClusterDifference {
  const way = ofService
    ? `give the service another name, or end that job:  nomad job stop -purge ${id}`
    : `take it over by  { file: ${path}, take_over: true }  under nomad-server.jobs, or give yours another name`
  return {
    address: addressOf(id),
    action: 'update',
    reason: `somebody else has registered a job of this name, and it is left alone; ${way}`,
    differences: [],
  }
}

function reasonFor(
  { print, file }: WantedJob,
  held: JobReply | undefined,
  known: OwnedThing | undefined,
  { cluster }: JobPlace,
): string {
  if (held === undefined) return known?.id === undefined ? 'there is no such job' : 'it is not there any more'
  if (!isOurs(held, known, cluster)) return 'it is taken over from somebody else, whose settings end'
  if (known?.wanted === print) return `somebody else changed it; ${file.path} says otherwise`
  return `${file.path} says otherwise`
}

/** A job on its way. */
interface Registering {
  readonly wanted: WantedJob
  readonly job: Job
  /** Of what was seen; 0 where there was none. */
  readonly index: number
  readonly isNew: boolean
  readonly reason: string
  readonly differences: readonly Difference[]
}

function registering({
  wanted,
  job,
  index: seenAt,
  isNew,
  reason,
  differences,
}: Registering): Step<NomadApi> {
  const shown = wanted.file.secret ? withoutValues(differences) : differences
  return {
    ...stepOf(job.ID, { action: isNew ? 'create' : 'update', reason, differences: shown }),
    run: async (api, patience) => {
      const about = `the job ${job.ID}`
      const sent = await api.send('POST', '/v1/jobs', registeredReply, {
        Job: job,
        EnforceIndex: true,
        JobModifyIndex: seenAt,
      })
      // Whether it came to the servers is not known: the next attempt sees.
      if (!sent.ok && sent.status === 0) throw new Error(`${about}: ${sent.problem}`)
      if (!sent.ok && sent.problem.includes('Enforcing job modify index'))
        throw new Refused(about, { status: sent.status, problem: 'somebody else changed it just now' })
      const { EvalID, JobModifyIndex: index } = granted(about, sent)
      const evaluation = EvalID === '' ? {} : { evaluation: EvalID }
      return provenBy(api, wanted, { id: job.ID, index, ...evaluation }, patience)
    },
    awaited: true,
    before: null,
  }
}

/** A job that is as its file says and was not seen to be well: waited for, and tried once more where Nomad has given it up. */
async function unproven(api: NomadApi, wanted: WantedJob, job: Job, index: number): Promise<Step<NomadApi>> {
  const reply = await api.get(`${pathOf(job.ID)}/deployments`, deploymentsReply)
  const failed = granted(`the job ${job.ID}`, reply).find(
    ({ JobSpecModifyIndex, Status }) => JobSpecModifyIndex === index && Status === 'failed',
  )
  if (failed === undefined) return proving(wanted, index)
  return registering({
    wanted,
    job: triedAgain(job),
    index,
    isNew: false,
    reason: 'its deployment has failed, and is tried once more',
    differences: [{ field: 'deployment', is: 'failed', wanted: 'successful' }],
  })
}

/** A job that is as its file says, by a run that did not see what became of it. */
function proving(wanted: WantedJob, index: number): Step<NomadApi> {
  const { ID: id } = wanted.job
  return {
    ...stepOf(id, {
      action: 'update',
      reason: 'it was registered, and no run has seen it to be well',
      differences: [{ field: 'state', wanted: 'well' }],
    }),
    run: (api, patience) => provenBy(api, wanted, { id, index }, patience),
    awaited: true,
    before: null,
  }
}

function stepOf(
  id: string,
  difference: Omit<ClusterDifference, 'address'>,
): Pick<Step<NomadApi>, 'stage' | 'difference'> {
  return { stage: MAKE, difference: { address: addressOf(id), ...difference } }
}

/** What is remembered of a job that is well. Registering a schedule places nothing: there is nothing to wait for. */
async function provenBy(
  api: NomadApi,
  { seen, print }: WantedJob,
  registered: Registered,
  patience: StepAid | undefined,
): Promise<Pick<OwnedThing, 'id' | 'wanted'>> {
  if (!isParent(seen) && seen.Stop !== true) await awaitJob(api, registered, patience)
  return { id: registered.id, wanted: print }
}
