/** The work of a service by the word of the servers: where it is, and which run of a schedule was the last. */
import { granted } from '../../steps/reply.ts'
import type { NomadApi } from '../api.ts'
import { pathOf } from '../jobs/job-path.ts'
import { allocationsReply, jobsReply, type AllocationReply } from '../jobs/replies.ts'

/** Those that are meant to be there: what another one took the place of is not. */
export async function allocationsOf(api: NomadApi, id: string): Promise<readonly AllocationReply[]> {
  const reply = await api.get(`${pathOf(id)}/allocations`, allocationsReply)
  return granted(`the work of ${id}`, reply).filter(
    ({ DesiredStatus, NextAllocation }) => DesiredStatus === 'run' && NextAllocation === '',
  )
}

/** The runs of a schedule are called by the second at which they were due, so the last by name is the last. */
export async function latestRunOf(api: NomadApi, id: string): Promise<string | undefined> {
  const path = `/v1/jobs?prefix=${encodeURIComponent(`${id}/`)}`
  const jobs = granted(`the runs of ${id}`, await api.get(path, jobsReply))
  const runs = jobs.filter(({ ParentID }) => ParentID === id).map(({ ID }) => ID)
  return runs.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1)).at(-1)
}
