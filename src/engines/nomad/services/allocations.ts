/** The work of a service by the word of the servers: where it is. */
import { granted } from '../../steps/reply.ts'
import type { NomadApi } from '../api.ts'
import { pathOf } from '../jobs/job-path.ts'
import { allocationsReply, type AllocationReply } from '../jobs/replies.ts'

/** Those that are meant to be there: what another one took the place of is not. */
export async function allocationsOf(api: NomadApi, id: string): Promise<readonly AllocationReply[]> {
  const reply = await api.get(`${pathOf(id)}/allocations`, allocationsReply)
  return granted(`the work of ${id}`, reply).filter(
    ({ DesiredStatus, NextAllocation }) => DesiredStatus === 'run' && NextAllocation === '',
  )
}
