/** A job that is wanted, from its file: read by Nomad itself where it is HCL, marked as ours. */
import { fingerprint } from '../../steps/step.ts'
import { granted, Refused } from '../../steps/reply.ts'
import type { NomadApi } from '../api.ts'
import { isJson, jobInJson, type JobFile } from './job-file.ts'
import { jobReply, type Job, type JobReply } from './job.ts'

/** The key of a job's metadata that says whose it is; its value is the name of the cluster. */
export const MARK = 'bramble'
/** The key that says how often a version was tried, where that was more than once. */
const TRIES = 'bramble_tries'
/** What Nomad calls a text that it reads. */
const INPUT = /input\.hcl:(\d+),(\d+)(?:-\d+(?:,\d+)?)?/g

/** A job that is wanted. */
export interface WantedJob {
  readonly file: JobFile
  /** As it goes to Nomad. */
  readonly job: Job
  /** What we go by of it. */
  readonly seen: JobReply
  /** Fingerprint of what the file says. */
  readonly print: string
}

/** Where a job is meant to be. */
export interface JobPlace {
  /** Name of the cluster. */
  readonly cluster: string
  /** Name of the region. */
  readonly region: string
}

/** Reads a file; changes nothing. Rejects with {@link Refused} when it holds no job that may be ours. */
export async function wantedJob(api: NomadApi, place: JobPlace, file: JobFile): Promise<WantedJob> {
  const written = isJson(file) ? writtenIn(file) : await parsedBy(api, file)
  const seen = jobReply.safeParse(written)
  if (!seen.success) {
    const [issue] = seen.error.issues
    throw refused(file, `holds no job: ${issue?.path.join('.')}: ${issue?.message}`)
  }
  const elsewhere = elsewhereIn(seen.data, place.region)
  if (elsewhere !== undefined) throw refused(file, elsewhere)
  const job = { ...written, Meta: { ...seen.data.Meta, [MARK]: place.cluster } }
  return { file, job, seen: seen.data, print: fingerprint(JSON.stringify(plain(written))) }
}

/** Why a job is none for this region and its one namespace. */
export function elsewhereIn(job: Pick<JobReply, 'Namespace' | 'Region'>, region: string): string | undefined {
  const { Namespace: namespace, Region: own } = job
  if (typeof namespace === 'string' && !['', 'default'].includes(namespace))
    return `wants the namespace ${namespace}; jobs of a cluster file go into the namespace default`
  if (typeof own === 'string' && !['', 'global', region].includes(own))
    return `wants the region ${own}; the servers are those of the region ${region}`
  return undefined
}

/** What the file leaves open is left as it is: how many of a group there are, and how often it was tried. */
export function withHeld({ job, seen }: Pick<WantedJob, 'job' | 'seen'>, held: JobReply): Job {
  const tries = held.Meta?.[TRIES]
  const counts = new Map(held.TaskGroups.map(({ Name, Count }) => [Name, Count]))
  return {
    ...job,
    ...(tries !== undefined && { Meta: { ...metaOf(job), [TRIES]: tries } }),
    ...(seen.TaskGroups.some(({ Count }) => Count == null) && {
      TaskGroups: seen.TaskGroups.map((group) => ({
        ...group,
        Count: group.Count ?? counts.get(group.Name) ?? null,
      })),
    }),
  }
}

/** The same job as a new version: Nomad makes no deployment for one that it has. */
export function triedAgain(job: Job): Job {
  const meta = metaOf(job)
  return { ...job, Meta: { ...meta, [TRIES]: String(Number(meta[TRIES] ?? 1) + 1) } }
}

function metaOf({ Meta }: Job): Readonly<Record<string, unknown>> {
  return { ...(typeof Meta === 'object' ? Meta : {}) }
}

function writtenIn({ path, text }: JobFile): Job {
  const job = jobInJson(path, text)
  if ('ID' in job) return job
  const { problem, place } = job
  throw new Refused(`${path}:${place.line}:${place.column}`, { status: 0, problem })
}

async function parsedBy(api: NomadApi, { path, text }: JobFile): Promise<Job> {
  const reply = await api.send('POST', '/v1/jobs/parse', jobReply, { JobHCL: text, Canonicalize: false })
  if (reply.ok || reply.status !== 400) return granted(path, reply)
  const problem = reply.problem
    .replace(/^Failed to parse job: /, '')
    .replace(INPUT, (_, line: string, column: string) => `${path}:${line}:${column}`)
  throw new Refused('Nomad cannot read it', { status: reply.status, problem })
}

function refused({ path }: JobFile, problem: string): Refused {
  return new Refused(path, { status: 0, problem })
}

/** Without what a version of Nomad adds and nobody has written. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== null && inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, plain(inner)]))
}
