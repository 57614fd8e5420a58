/** The runs of a schedule: jobs of their own, called by the second at which they were due. */
import { granted } from '../../steps/reply.ts'
import type { NomadApi } from '../api.ts'
import { stateOf } from './await-job.ts'
import type { JobReply } from './job.ts'
import { judge } from './judge-job.ts'
import { jobsReply } from './replies.ts'

/** The name of the last run of this job; undefined where there is none yet, and where all are tidied away. */
export async function latestRunOf(api: NomadApi, id: string): Promise<string | undefined> {
  const path = `/v1/jobs?prefix=${encodeURIComponent(`${id}/`)}`
  const jobs = granted(`the runs of ${id}`, await api.get(path, jobsReply))
  const runs = jobs.filter(({ ParentID }) => ParentID === id).map(({ ID }) => ID)
  return runs.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1)).at(-1)
}

/** When a run was due (nomad/periodic.go, deriveJob); undefined for what was begun by hand. @internal */
export function dueOf(run: string): Date | undefined {
  const [, seconds] = /\/periodic-(\d{1,12})$/.exec(run) ?? []
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000)
}

/**
 * What is wrong when `run`, the last one of a schedule, has begun nowhere for longer than a place and a start may take: as long as it waits, those that are due
 * after it are left out where runs may not overlap, and its job is `running` all the time. Undefined where it has begun.
 */
export async function waitingRun(
  api: NomadApi,
  { Periodic }: Pick<JobReply, 'Periodic'>,
  run: string,
): Promise<string | undefined> {
  const due = dueOf(run)
  if (due === undefined) return undefined
  const state = await stateOf(api, run)
  const hasBegun = state.allocations.some(({ ClientStatus }) => ClientStatus !== 'pending')
  if (state.job === undefined || state.job.Stop === true || hasBegun) return undefined
  const age = (Date.now() - due.getTime()) / 1000
  const now = { id: run, index: state.job.JobModifyIndex ?? 0 }
  const { passed, isFinal = false, detail } = judge(state, now, { isOver: (_, seconds) => age > seconds })
  if (passed || !isFinal) return undefined
  const others = forbidsOverlap(Periodic) ? ', and none begins before it' : ''
  return `its run of ${due.toISOString().slice(0, 16).replace('T', ' ')} UTC has not begun${others}: ${detail}`
}

function forbidsOverlap(periodic: unknown): boolean {
  return (periodic as { readonly ProhibitOverlap?: unknown } | null)?.ProhibitOverlap === true
}
