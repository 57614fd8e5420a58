/** Whether a job is well, from what the servers and the work say of it. */
import type { Answer } from '../../../support/poll.ts'
import { counted } from '../../autopilot/counted.ts'
import type { JobReply } from './job.ts'
import { lastWords } from './last-words.ts'
import { withoutPlace } from './placement.ts'
import type { AllocationReply, DeploymentReply, EvaluationReply } from './replies.ts'

/** Nodes of a cluster that was just made come in within half a minute; a place that is free by then is taken. */
const PLACE_SECONDS = 60
/** How long work may take to begin where no deployment says when it has failed: as long as Nomad gives a deployment (`progress_deadline`). */
const BEGIN_SECONDS = 600

/** A version of a job, by the index at which it was registered. */
export interface Registered {
  readonly id: string
  readonly index: number
  /** The evaluation that it was registered with; left out where somebody else did it. */
  readonly evaluation?: string
}

/** What the servers and the work say of it. */
export interface JobState {
  readonly job: JobReply | undefined
  readonly evaluations: readonly EvaluationReply[]
  readonly deployments: readonly DeploymentReply[]
  readonly allocations: readonly AllocationReply[]
}

/** How long something was waited for. */
export interface Waits {
  /** Whether this was waited for all the time, for so long; something else begins anew. */
  isOver(what: string, seconds: number): boolean
}

const final = (detail: string): Answer => ({ passed: false, isFinal: true, detail })
const not = (detail: string): Answer => ({ passed: false, detail })

/** Whether a job that was registered is well, or how far it has come; final where it goes no further by itself. */
export function judge(state: JobState, registered: Registered, waits: Waits): Answer {
  const deployment = state.deployments.find(
    ({ JobSpecModifyIndex }) => JobSpecModifyIndex === registered.index,
  )
  const ended = deployment && endOf(deployment, state)
  if (ended !== undefined) return ended
  const { job } = state
  if (job === undefined) return final('somebody has taken it away since')
  if (job.JobModifyIndex !== registered.index)
    return final('somebody else has registered it anew since; bramble plan shows what differs')
  const placing = placeOf(state, registered)
  if (placing?.isFinal === true) return waits.isOver('a place', PLACE_SECONDS) ? placing : not(placing.detail)
  if (placing !== undefined) return placing
  if (deployment !== undefined && deployment.Status !== 'successful') {
    const groups = Object.values(deployment.TaskGroups)
    const healthy = groups.reduce((sum, { HealthyAllocs }) => sum + HealthyAllocs, 0)
    const total = groups.reduce((sum, { DesiredTotal }) => sum + DesiredTotal, 0)
    waits.isOver('the deployment', 0)
    return not(`${healthy} of ${total} healthy`)
  }
  return begun(state, job, waits)
}

/** A deployment that goes no further by itself; undefined while it does, and when it has succeeded. */
function endOf(
  { ID, Status, StatusDescription, TaskGroups, JobVersion }: DeploymentReply,
  { allocations }: JobState,
): Answer | undefined {
  const short = ID.slice(0, 8)
  switch (Status) {
    case 'failed':
      return final(`its deployment has failed: ${StatusDescription}${lastWords(allocations, JobVersion)}`)
    case 'cancelled':
      return final(`its deployment was ended by another one: ${StatusDescription}`)
    case 'paused':
      return final(`somebody has paused its deployment:  nomad deployment resume ${short}`)
    default: {
      const canaries = Object.values(TaskGroups).filter(
        ({ DesiredCanaries, Promoted, AutoPromote }) => DesiredCanaries > 0 && !Promoted && !AutoPromote,
      )
      const tried = canaries.every(({ HealthyAllocs, DesiredCanaries }) => HealthyAllocs >= DesiredCanaries)
      return canaries.length > 0 && tried && Status === 'running'
        ? final(`what is tried beside it is well and waits for a person:  nomad deployment promote ${short}`)
        : undefined
    }
  }
}

/** What keeps the servers from giving it a place; undefined where all of it has one. Final: it has none by their word. */
function placeOf({ evaluations }: JobState, { evaluation }: Registered): Answer | undefined {
  const own = evaluations.find(({ ID }) => ID === evaluation)
  if (evaluation !== undefined && (own === undefined || own.Status === 'pending'))
    return not('the servers look for a place')
  if (evaluations.some(({ Status }) => Status === 'pending')) return not('the servers look for a place')
  const latest = evaluations
    .filter(({ Status }) => ['complete', 'blocked', 'failed'].includes(Status))
    .toSorted((a, b) => b.ModifyIndex - a.ModifyIndex)[0]
  if (latest === undefined) return undefined
  const why = withoutPlace(latest.FailedTGAllocs)
  if (why !== undefined) return final(why)
  if (latest.Status === 'complete') return undefined
  return final(`the servers give it no place: ${latest.StatusDescription || latest.Status}`)
}

/** Whether what was placed runs, or has come to its end. */
function begun({ allocations }: JobState, job: JobReply, waits: Waits): Answer {
  const own = allocations.filter(
    ({ JobVersion, DesiredStatus, NextAllocation }) =>
      JobVersion === job.Version && DesiredStatus === 'run' && NextAllocation === '',
  )
  const late = own.filter(({ ClientStatus }) => !['running', 'complete'].includes(ClientStatus))
  if (late.length === 0) return { passed: true, detail: `${counted(own.length, 'allocation')} begun` }
  const failed = late.some(({ ClientStatus }) => ClientStatus === 'failed')
  const what = `${counted(late.length, 'allocation')} of ${own.length} ${failed ? 'failed' : 'not begun'}`
  const detail = `${what}${lastWords(late, job.Version ?? undefined)}`
  return waits.isOver('the beginning', failed ? PLACE_SECONDS : BEGIN_SECONDS) ? final(detail) : not(detail)
}
