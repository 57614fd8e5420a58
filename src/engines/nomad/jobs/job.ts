/** A job as Nomad's API has it: what we go by of it, with everything else along (`api.Job`). */
import { z } from 'zod'
import { list } from '../../autopilot/replies.ts'

/** A task. */
const task = z.looseObject({ Name: z.string().nullish(), Driver: z.string().nullish() })

/** Several tasks that are placed together. */
const group = z.looseObject({
  Name: z.string().nullish(),
  Count: z.int().nullish(),
  Tasks: list(task),
})

/** A job that was written, or that Nomad holds. */
export const jobReply = z.looseObject({
  ID: z.string(),
  Type: z.string().nullish(),
  Region: z.string().nullish(),
  Namespace: z.string().nullish(),
  /** Of a run of a schedule, or of a dispatch: the job that it comes from. */
  ParentID: z.string().nullish(),
  Stop: z.boolean().nullish(),
  Status: z.string().nullish(),
  Version: z.int().nullish(),
  JobModifyIndex: z.int().nullish(),
  Meta: z.record(z.string(), z.string()).nullish(),
  Periodic: z.unknown().optional(),
  ParameterizedJob: z.unknown().optional(),
  TaskGroups: list(group),
})

/** The same, read. */
export type JobReply = z.output<typeof jobReply>
/** A job on its way to Nomad: an object with an ID. */
export type Job = Readonly<Record<string, unknown>> & { readonly ID: string }

/** The type of a job; a service where nothing is said. */
export function typeOf({ Type }: Pick<JobReply, 'Type'>): string {
  return Type ?? 'service'
}

/** Whether registering it places nothing: its runs are other jobs. */
export function isParent({
  Periodic,
  ParameterizedJob,
}: Pick<JobReply, 'Periodic' | 'ParameterizedJob'>): boolean {
  return (Periodic ?? null) !== null || (ParameterizedJob ?? null) !== null
}

/** Whether it ends by itself and is then tidied away. */
export function endsByItself(job: JobReply): boolean {
  return ['batch', 'sysbatch'].includes(typeOf(job)) && !isParent(job)
}
