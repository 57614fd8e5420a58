/** What a service has written, out of the files in which the clients of Nomad keep it for as long as they keep the work. */
import { reasonOf } from '../../../support/reason.ts'
import type { WrittenText } from '../../service-runner.ts'
import { granted, grantedOrMissing } from '../../steps/reply.ts'
import type { NomadApi } from '../api.ts'
import { pathOf } from '../jobs/job-path.ts'
import { isParent, jobReply } from '../jobs/job.ts'
import type { AllocationReply } from '../jobs/replies.ts'
import { latestRunOf } from '../jobs/runs.ts'
import { allocationsOf } from './allocations.ts'

/** So much of the end of each output is read, in bytes. */
const MOST_BYTES = 262_144
const STREAMS = ['stdout', 'stderr'] as const

/** Of a schedule its last run. */
export async function writtenBy(
  api: NomadApi,
  id: string,
  lines: number,
): Promise<{ readonly written: readonly WrittenText[]; readonly silent: readonly string[] }> {
  const job = granted(`the job ${id}`, await api.get(pathOf(id), jobReply))
  const run = isParent(job) ? await latestRunOf(api, id) : id
  if (run === undefined) throw new Error('it has not been run yet')
  const places = await allocationsOf(api, run)
  if (places.length === 0) throw new Error('nothing of it has a place')
  const asked = await Promise.allSettled(places.map((place) => writtenIn(api, place, lines)))
  return {
    written: asked.flatMap((one) => (one.status === 'fulfilled' ? one.value : [])),
    silent: asked.flatMap((one, index) =>
      one.status === 'fulfilled' ? [] : [`${places[index]?.NodeName}: ${reasonOf(one.reason)}`],
    ),
  }
}

/** The server passes the question on to the client. */
async function writtenIn(
  api: NomadApi,
  { ID, NodeName: node, TaskStates }: AllocationReply,
  lines: number,
): Promise<WrittenText[]> {
  const parts = Object.keys(TaskStates).toSorted()
  const found: WrittenText[] = []
  for (const part of parts) {
    for (const stream of STREAMS) {
      const path = `/v1/client/fs/logs/${ID}?task=${encodeURIComponent(part)}&type=${stream}&origin=end&offset=${MOST_BYTES}&plain=true`
      const text = grantedOrMissing(`what ${part} wrote`, await api.getText(path)) ?? ''
      const last = lastLines(text, lines)
      if (last.length > 0) found.push({ node, ...(parts.length > 1 && { part }), stream, lines: last })
    }
  }
  return found
}

/** Where the beginning of a line was cut off, the line is left out. @internal */
export function lastLines(text: string, lines: number): string[] {
  const all = text.replace(/\n$/, '').split('\n')
  const whole = Buffer.byteLength(text) < MOST_BYTES ? all : all.slice(1)
  return text === '' || lines === 0 ? [] : whole.slice(-lines)
}
