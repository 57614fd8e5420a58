/** Jobs of the cluster file against a region that holds jobs: what is planned, what is asked for, whose they are. */
import { describe, expect, it } from 'vitest'
import { authorities, nomad, type Answer } from '../../../../test/engines/nomad-answers.ts'
import { group, NomadRegion } from '../../../../test/engines/nomad-region.ts'
import { carryOut, claimed } from '../../steps/carry-out.ts'
import { NOTHING_OWNED, type OwnedThing } from '../../steps/owned.ts'
import { isStep, isUnseen, type Found, type StepAid } from '../../steps/step.ts'
import { withApi, type NomadApi } from '../api.ts'
import type { JobFile } from './job-file.ts'
import { jobsShelf } from './jobs-shelf.ts'

const written = (id: string, more: object = {}): string =>
  JSON.stringify({ ID: id, Type: 'service', TaskGroups: [group()], ...more })
const file = (path: string, text: string, more: Partial<JobFile> = {}): JobFile => ({
  path,
  text,
  secret: false,
  takeOver: false,
  ...more,
})
const WEB = file('jobs/web.json', written('web'))

/** Runs a shelf against a region, with the list of what is owned kept from one look to the next. */
class Cluster {
  readonly region = new NomadRegion()
  things: Readonly<Record<string, OwnedThing>> = {}
  asked: readonly string[] = []

  /** What is planned: action, address, reason; and what was not seen. */
  async plan(...files: readonly JobFile[]) {
    return this.#with(files, (found) =>
      Promise.resolve({
        steps: found.filter(isStep).map(({ difference }) => difference),
        told: found.filter(isStep).map(({ difference: { action, address } }) => `${action} ${address}`),
        unseen: found.filter(isUnseen).map(({ address, problem }) => `${address}: ${problem}`),
      }),
    )
  }

  /** Does what is planned; gives what failed. */
  async apply(files: readonly JobFile[], patience?: StepAid): Promise<readonly string[]> {
    return this.#with(files, async (found, api) => {
      const steps = found.filter(isStep)
      const things = { ...(claimed({ ...NOTHING_OWNED, things: this.things }, steps) ?? this.things) }
      const failures: string[] = []
      for (const step of steps) {
        const { failure } = await carryOut(api, step, things, patience)
        if (failure !== undefined) failures.push(failure)
      }
      this.things = things
      return failures
    })
  }

  async #with<Value>(
    files: readonly JobFile[],
    use: (found: readonly Found<NomadApi>[], api: NomadApi) => Promise<Value>,
  ): Promise<Value> {
    const link = await nomad(this.region.answer)
    const to = { authorityPem: authorities.ours.certificatePem, port: 4646 }
    return withApi(link, 'ant', to, async (api) => {
      const shelf = jobsShelf({ cluster: 'pond', region: 'global', files })
      const found = await shelf.steps(api, { ...NOTHING_OWNED, things: this.things })
      const value = await use(found, api)
      this.asked = link.asked
      return value
    })
  }
}

describe('a job of the cluster file', () => {
  it('in HCL is read by a server, planned by it, registered once, and then there is nothing to do', async () => {
    const cluster = new Cluster()
    const hcl = file('jobs/web.nomad.hcl', 'job "web" {}')
    const { steps } = await cluster.plan(hcl)
    expect(steps).toEqual([
      {
        address: 'nomad-job:web',
        action: 'create',
        reason: 'there is no such job',
        differences: [
          { field: 'type', wanted: 'service' },
          { field: 'group web', wanted: '1 × web (exec)' },
          { field: 'work of group web', wanted: '1 begun' },
        ],
      },
    ])
    expect(cluster.asked).toEqual(['POST /v1/jobs/parse', 'GET /v1/job/web', 'POST /v1/job/web/plan'])
    expect(await cluster.apply([hcl])).toEqual([])
    expect(cluster.region.jobs.get('web')).toMatchObject({ ID: 'web', Meta: { bramble: 'pond' } })
    expect(await cluster.plan(hcl)).toMatchObject({ told: [], unseen: [] })
  })

  it('before there is a server is planned by the name that stands in its file', async () => {
    const files = [
      file('jobs/web.nomad.hcl', '# job "old" {}\njob "web" {\n}\n'),
      file('jobs/clock.json', written('clock')),
      file('jobs/odd.hcl', 'variable "x" {}'),
    ]
    const found = await jobsShelf({ cluster: 'pond', region: 'global', files }).steps(
      undefined,
      NOTHING_OWNED,
    )
    expect(found.map(({ ...one }) => ('difference' in one ? one.difference.address : ''))).toEqual([
      'nomad-job:web',
      'nomad-job:clock',
      'nomad-job:jobs/odd.hcl',
    ])
  })

  it('that Nomad cannot read is told with its place, and hides no other and takes none of ours away', async () => {
    const cluster = new Cluster()
    await cluster.apply([WEB, file('jobs/old.json', written('old'))])
    const { told, unseen } = await cluster.plan(
      file('jobs/web.json', written('web', { Priority: 70 })),
      file('jobs/bad.nomad.hcl', 'job {'),
    )
    expect(told).toEqual(['update nomad-job:web'])
    expect(unseen).toEqual([
      'nomad-job:jobs/bad.nomad.hcl: Nomad cannot read it: jobs/bad.nomad.hcl:1:5: Argument or block definition required; An argument is required',
      'nomad-job:old: whether it is still wanted is not known: jobs/bad.nomad.hcl could not be read',
    ])
  })

  it('that somebody changed by hand is planned back, and told from one whose file is another', async () => {
    const cluster = new Cluster()
    await cluster.apply([WEB])
    cluster.region.hold({ ...JSON.parse(written('web', { Priority: 80 })) })
    const { steps } = await cluster.plan(WEB)
    expect(steps[0]).toMatchObject({
      action: 'update',
      reason: 'somebody else changed it; jobs/web.json says otherwise',
      differences: [
        { field: 'Meta', is: '', wanted: '{"bramble":"pond"}' },
        { field: 'Priority', is: '80', wanted: '' },
        { field: 'work of group web', wanted: '1 ended and begun anew' },
      ],
    })
    expect(await cluster.apply([WEB])).toEqual([])
    const other = file('jobs/web.json', written('web', { Priority: 60 }))
    expect((await cluster.plan(other)).steps[0]?.reason).toBe('jobs/web.json says otherwise')
  })

  it('of somebody else is refused until it is taken over', async () => {
    const cluster = new Cluster()
    cluster.region.hold(JSON.parse(written('web', { Priority: 80 })))
    const { steps, unseen } = await cluster.plan(WEB)
    const reason =
      'somebody else has registered a job of this name, and it is left alone; ' +
      'take it over by  { file: jobs/web.json, take_over: true }  under nomad-server.jobs, or give yours another name'
    expect([steps, unseen]).toMatchObject([[{ address: 'nomad-job:web', reason }], []])
    expect(await cluster.apply([WEB])).toEqual([`nomad-job:web: ${reason}`])
    const taken = { ...WEB, takeOver: true }
    expect((await cluster.plan(taken)).steps[0]?.reason).toBe(
      'it is taken over from somebody else, whose settings end',
    )
    expect(await cluster.apply([taken])).toEqual([])
    expect(await cluster.plan(WEB)).toMatchObject({ told: [], unseen: [] })
  })

  it('is registered over what was seen alone', async () => {
    const cluster = new Cluster()
    const { region } = cluster
    const { answer } = region
    // Somebody is faster.
    Object.assign(region, {
      answer: ((method, path, token, body) => {
        if (path === '/v1/jobs' && method === 'POST') region.hold(JSON.parse(written('web')))
        return answer(method, path, token, body)
      }) satisfies Answer,
    })
    expect(await cluster.apply([WEB])).toEqual(['the job web: somebody else changed it just now'])
    Object.assign(region, { answer })
    expect((await cluster.plan(WEB)).steps[0]?.reason).toContain(
      'somebody else has registered a job of this name',
    )
  })

  it('may have any name that Nomad takes', async () => {
    const cluster = new Cluster()
    const odd = file('jobs/odd.json', written('team/web?x=1#é'))
    expect(await cluster.apply([odd])).toEqual([])
    expect(cluster.asked).toContain(`POST /v1/job/${encodeURIComponent('team/web?x=1#é')}/plan`)
    expect(await cluster.plan(odd)).toMatchObject({ told: [], unseen: [] })
  })

  it('that leaves the number of its groups open leaves it to whoever sets it', async () => {
    const cluster = new Cluster()
    const hcl = file('jobs/web.nomad.hcl', 'job "web" {}')
    await cluster.apply([hcl])
    const held = cluster.region.jobs.get('web')
    cluster.region.hold({ ...held, ID: 'web', TaskGroups: [group({ Count: 3 })] })
    expect(await cluster.plan(hcl)).toMatchObject({ told: [], unseen: [] })
    const fixed = file('jobs/web.json', written('web'))
    expect((await cluster.plan(fixed)).told).toEqual(['update nomad-job:web'])
  })

  it('that runs once and was tidied away since does not run again, until its file is another', async () => {
    const cluster = new Cluster()
    const once = file('jobs/once.json', written('once', { Type: 'batch' }))
    await cluster.apply([once])
    cluster.region.jobs.clear()
    expect(await cluster.plan(once)).toMatchObject({ told: [], unseen: [] })
    const other = file('jobs/once.json', written('once', { Type: 'batch', Priority: 60 }))
    expect((await cluster.plan(other)).told).toEqual(['create nomad-job:once'])
    const nightly = file(
      'jobs/once.json',
      written('nightly', { Type: 'batch', Periodic: { Spec: '0 3 * * *' } }),
    )
    await cluster.apply([nightly])
    cluster.region.jobs.clear()
    expect((await cluster.plan(nightly)).told).toEqual(['create nomad-job:nightly'])
  })

  it.each([
    ['for another namespace', written('web', { Namespace: 'shop' }), 'wants the namespace shop'],
    ['for another region', written('web', { Region: 'attic' }), 'wants the region attic'],
    ['without groups that are any', written('web', { TaskGroups: 'none' }), 'holds no job: TaskGroups'],
  ])('%s is refused', async (_, text, expected) => {
    expect((await new Cluster().plan(file('jobs/web.json', text))).unseen[0]).toContain(expected)
  })

  it('that two files hold is taken from neither', async () => {
    const { told, unseen } = await new Cluster().plan(WEB, file('jobs/site.nomad.hcl', 'job "web" {}'))
    expect([told, unseen]).toEqual([
      [],
      [
        'nomad-job:web: jobs/web.json and jobs/site.nomad.hcl both hold the job web; give one of them another name',
      ],
    ])
  })

  it('whose file is a secret shows which fields differ, and nothing of what is in them', async () => {
    const cluster = new Cluster()
    const secret = file('jobs/web.json', written('web'), { secret: true })
    await cluster.apply([secret])
    const { steps } = await cluster.plan({ ...secret, text: written('web', { Payload: 'hunter2' }) })
    expect(steps[0]?.differences).toContainEqual({ field: 'Payload', hidden: 'secret' })
    expect(JSON.stringify(steps)).not.toContain('hunter2')
  })

  it('is done only when it was seen to be well: the next run looks again', async () => {
    const cluster = new Cluster()
    await cluster.apply([WEB])
    const other = file('jobs/web.json', written('web', { Priority: 60 }))
    cluster.region.deployment = { Status: 'failed', StatusDescription: 'Failed due to progress deadline' }
    const failed = ['the job web: its deployment has failed: Failed due to progress deadline']
    expect(await cluster.apply([other])).toEqual(failed)
    expect((await cluster.plan(other)).steps[0]?.reason).toBe(
      'its deployment has failed, and is tried once more',
    )
    expect(await cluster.apply([other])).toEqual(failed)
    expect(cluster.region.jobs.get('web')).toMatchObject({ Meta: { bramble_tries: '2' } })
    cluster.region.deployment = { Status: 'successful' }
    expect((await cluster.plan(other)).steps[0]?.reason).toBe(
      'it was registered, and no run has seen it to be well',
    )
    expect(await cluster.apply([other])).toEqual([])
    expect((await cluster.plan(other)).told).toEqual([])
  })

  it('is waited for no longer than the run goes on', async () => {
    const cluster = new Cluster()
    cluster.region.deployment = { Status: 'running', TaskGroups: { web: { DesiredTotal: 1 } } }
    const end = new AbortController()
    const told: string[] = []
    const waits = (detail: string): void => {
      told.push(detail)
      end.abort()
    }
    const failures = await cluster.apply([WEB], { signal: end.signal, waits })
    expect(told).toEqual(['web: 0 of 1 healthy'])
    expect(failures).toEqual(['the job web: registered, and not waited for any longer: 0 of 1 healthy'])
  })
})

describe('a job that has left the cluster file', () => {
  it('ends with what it has begun, and is purged when nothing of it runs', async () => {
    const cluster = new Cluster()
    await cluster.apply([
      file('jobs/clock.json', written('clock', { Type: 'batch', Periodic: { Spec: '* * * * *' } })),
    ])
    cluster.region.hold({ ID: 'clock/periodic-1', ParentID: 'clock', Meta: { bramble: 'pond' } })
    cluster.region.hold({ ID: 'clock/else', Meta: {} })
    const { steps } = await cluster.plan()
    expect(steps).toMatchObject([
      { action: 'remove', reason: 'no longer wanted: what runs of it ends, with 1 that it has begun' },
    ])
    expect(await cluster.apply([])).toEqual([])
    expect(cluster.region.ended).toEqual([
      'clock purge=false',
      'clock/periodic-1 purge=false',
      'clock/periodic-1 purge=true',
      'clock purge=true',
    ])
    expect([...cluster.region.jobs.keys()]).toEqual(['clock/else'])
    expect([cluster.things, (await cluster.plan()).told]).toEqual([{}, []])
  })

  it('stays when somebody else has registered it anew since, and jobs of people are never touched', async () => {
    const cluster = new Cluster()
    await cluster.apply([WEB])
    cluster.region.hold(JSON.parse(written('web')))
    cluster.region.hold(JSON.parse(written('theirs')))
    const { steps } = await cluster.plan()
    expect(steps).toMatchObject([
      {
        address: 'nomad-job:web',
        reason: 'no longer wanted; somebody else has registered it anew since, so the job itself stays',
      },
    ])
    await cluster.apply([])
    expect([[...cluster.region.jobs.keys()], cluster.things]).toEqual([['web', 'theirs'], {}])
  })
})
