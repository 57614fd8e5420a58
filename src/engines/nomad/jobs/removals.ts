/** Jobs that have left the cluster file: their work ends, with that of the runs that they have begun, and then nothing of them is left. */
import { poll } from '../../../support/poll.ts'
import type { Unseen } from '../../contract.ts'
import type { Owned } from '../../steps/owned.ts'
import { granted, grantedOrMissing, Refused } from '../../steps/reply.ts'
import { lookedAt, type Found, type Step, type StepAid } from '../../steps/step.ts'
import type { NomadApi } from '../api.ts'
import { GOODBYE_SECONDS } from '../names.ts'
import { shownJob } from './job-differences.ts'
import { pathOf } from './job-path.ts'
import { addressOf } from './job-step.ts'
import { jobReply, type JobReply } from './job.ts'
import { allocationsReply, jobsReply, registeredReply } from './replies.ts'
import { MARK, type JobPlace } from './wanted-job.ts'

/** Before new ones come, which may want the room. */
const REMOVE = 40
/** How long all of it may take to end, beyond its goodbye. */
const END_SECONDS = 60
/** A node that is cut off ends its part when it is back: nobody asks for it any more. */
const ENDED = ['complete', 'failed', 'lost', 'unknown']

/** What is still wanted. */
export interface StillWanted {
  readonly place: JobPlace
  /** Names of the jobs that the files hold. */
  readonly names: readonly string[]
  /** Files that could not be read: any of ours may be in one of them. */
  readonly unread: readonly Unseen[]
}

/** The removals. */
export async function removals(
  api: NomadApi,
  owned: Owned,
  { place, names, unread }: StillWanted,
): Promise<readonly Found<NomadApi>[]> {
  const prefix = addressOf('')
  const told = new Set(unread.map(({ address }) => address))
  const gone = Object.keys(owned.things)
    .filter((address) => address.startsWith(prefix) && !told.has(address))
    .map((address) => address.slice(prefix.length))
    .filter((name) => !names.includes(name))
  const found = await Promise.all(
    gone.map((name): Promise<Found<NomadApi>> => {
      const address = addressOf(name)
      const [first] = unread
      if (first !== undefined)
        return Promise.resolve({
          address,
          problem: `whether it is still wanted is not known: ${first.address.slice(prefix.length)} could not be read`,
        })
      return lookedAt(address, () => removal(api, name, { address, cluster: place.cluster }))
    }),
  )
  return found
}

async function removal(
  api: NomadApi,
  id: string,
  { address, cluster }: { readonly address: string; readonly cluster: string },
): Promise<Step<NomadApi>> {
  const held = grantedOrMissing(`the job ${id}`, await api.get(pathOf(id), jobReply))
  const isOurs = held?.Meta?.[MARK] === cluster
  const runs = held === undefined ? [] : await runsOf(api, id)
  const also = runs.length === 0 ? '' : `, with ${runs.length} that it has begun`
  return {
    stage: REMOVE,
    difference: {
      address,
      action: 'remove',
      reason:
        held === undefined
          ? 'no longer wanted, and not there any more'
          : isOurs
            ? `no longer wanted: what runs of it ends${also}`
            : 'no longer wanted; somebody else has registered it anew since, so the job itself stays',
      differences: isOurs && held !== undefined ? leaving(held) : [],
    },
    run: async (running, patience) => {
      if (isOurs) await takeAway(running, id, patience)
      return undefined
    },
  }
}

function leaving(held: JobReply) {
  return shownJob(held).map(({ field, wanted }) => ({ field, ...(wanted !== undefined && { is: wanted }) }))
}

/** Names of the jobs that a schedule or dispatches of this one have begun. */
async function runsOf(api: NomadApi, id: string): Promise<readonly string[]> {
  const path = `/v1/jobs?prefix=${encodeURIComponent(`${id}/`)}`
  const jobs = granted(`the runs of ${id}`, await api.get(path, jobsReply))
  return jobs.filter(({ ParentID }) => ParentID === id).map(({ ID }) => ID)
}

/** Nothing begins anew once it is stopped; what is purged at once would run on with nobody to see it. */
async function takeAway(api: NomadApi, id: string, patience: StepAid | undefined): Promise<void> {
  await end(api, id, false)
  const all = [...(await runsOf(api, id)), id]
  for (const one of all) if (one !== id) await end(api, one, false)
  const { passed, detail } = await poll(
    async () => {
      const left = (await Promise.all(all.map((one) => runningOf(api, one)))).flat()
      return { passed: left.length === 0, detail: `it still runs ${left.join(', ')}` }
    },
    {
      patienceSeconds: GOODBYE_SECONDS + END_SECONDS,
      signal: patience?.signal,
      waits: (what) => patience?.waits?.(`${id}: ${what}`),
    },
  )
  if (!passed) throw new Refused(`ending the job ${id}`, { status: 0, problem: detail })
  for (const one of all) await end(api, one, true)
}

async function end(api: NomadApi, id: string, isForGood: boolean): Promise<void> {
  const path = `${pathOf(id)}?purge=${isForGood}`
  grantedOrMissing(`ending the job ${id}`, await api.send('DELETE', path, registeredReply))
}

async function runningOf(api: NomadApi, id: string): Promise<readonly string[]> {
  const reply = await api.get(`${pathOf(id)}/allocations?all=true`, allocationsReply)
  return granted(`the work of ${id}`, reply).flatMap(({ Name, NodeName, ClientStatus }) =>
    ENDED.includes(ClientStatus) ? [] : [`${Name} on ${NodeName}`],
  )
}
