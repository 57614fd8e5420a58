/** Jobs as the servers are to hold them, and those that have left the cluster file. */
import type { Unseen } from '../../contract.ts'
import { lookedAt, type Shelf, type Step } from '../../steps/step.ts'
import type { NomadApi } from '../api.ts'
import { isJson, jobInJson, nameInHcl, type JobFile } from './job-file.ts'
import { addressOf, JOB_KIND, jobStep, MAKE } from './job-step.ts'
import { removals } from './removals.ts'
import { wantedJob, type JobPlace, type WantedJob } from './wanted-job.ts'

/** What the shelf is made of. */
export interface JobsParts extends JobPlace {
  readonly files: readonly JobFile[]
}

/** The shelf of jobs. */
export function jobsShelf(parts: JobsParts): Shelf<NomadApi> {
  return {
    kind: JOB_KIND,
    async steps(api, owned) {
      if (api === undefined) return parts.files.map(unread)
      const read = await Promise.all(
        parts.files.map((file) => lookedAt(addressOf(nameOf(file)), () => wantedJob(api, parts, file))),
      )
      const { wanted, unseen } = eachOnce(read)
      const steps = await Promise.all(
        wanted.map((one) => lookedAt(addressOf(one.job.ID), () => jobStep(api, parts, one, owned))),
      )
      const names = wanted.map(({ job }) => job.ID)
      return [
        ...unseen,
        ...(await removals(api, owned, { place: parts, names, unread: unseen })),
        ...steps.filter((step) => step !== undefined),
      ]
    },
  }
}

/** What a file calls its job, as far as that can be told without Nomad. */
function nameOf(file: JobFile): string {
  const { path, text } = file
  if (!isJson(file)) return nameInHcl(text) ?? path
  const job = jobInJson(path, text)
  return 'ID' in job ? job.ID : path
}

/** A job where there is no server yet that could read it. */
function unread(file: JobFile): Step<NomadApi> {
  return {
    stage: MAKE,
    difference: {
      address: addressOf(nameOf(file)),
      action: 'create',
      reason: file.ofService
        ? `wanted by ${file.path}; Nomad plans it once it runs`
        : `written in ${file.path}, which Nomad reads once it runs`,
      differences: [],
    },
    run: () => Promise.reject(new Error('there was no server to read it')),
  }
}

/** Two files of one name: neither is taken before it is known which. */
function eachOnce(read: readonly (WantedJob | Unseen)[]): {
  readonly wanted: readonly WantedJob[]
  readonly unseen: readonly Unseen[]
} {
  const all = read.filter((one): one is WantedJob => 'job' in one)
  const twins = (one: WantedJob): readonly string[] =>
    all.filter(({ job }) => job.ID === one.job.ID).map(({ file }) => file.path)
  return {
    wanted: all.filter((one) => twins(one).length === 1),
    unseen: [
      ...read.filter((one): one is Unseen => !('job' in one)),
      ...all
        .filter((one) => twins(one)[0] === one.file.path && twins(one).length > 1)
        .map((one) => ({
          address: addressOf(one.job.ID),
          problem: `${twins(one).join(' and ')} both hold the job ${one.job.ID}; give one of them another name`,
        })),
    ],
  }
}
