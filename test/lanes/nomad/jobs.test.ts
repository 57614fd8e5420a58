/** Jobs of the cluster file, with a real Nomad: from the first apply until nothing is left of them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { recipeOf } from '../../engines/recipes.ts'
import { ClusterUnderTest, failures, hasNoLab } from '../../lab/cluster-under-test.ts'
import { changesIn, stateOf } from '../../lab/tree.ts'
import { holds, lacksNomad, nomadAsk, nomadMirror, nomadOn, nomadReads } from './nomad-under-test.ts'

if (lacksNomad !== undefined) console.log(`skipped: ${lacksNomad}`)

const mirror = await nomadMirror()
afterAll(() => mirror.stop())

interface Web {
  readonly color?: string
  readonly room?: string
  readonly script?: string
  readonly healthy?: string
  readonly name?: string
}

/** A service, as somebody would write it. */
const web = ({
  color = 'blue',
  room = 'cellar',
  script = 'while :; do sleep 1; done # the-work',
  healthy = '1s',
  name = 'web',
}: Web = {}): string => `
job "${name}" {
  group "web" {
    constraint {
      attribute = "\${meta.room}"
      value     = "${room}"
    }
    update {
      min_healthy_time  = "${healthy}"
      healthy_deadline  = "1m"
      progress_deadline = "90s"
    }
    restart {
      attempts = 0
      mode     = "fail"
    }
    reschedule {
      attempts  = 0
      unlimited = false
    }
    task "web" {
      driver = "exec"
      env {
        COLOR = "${color}"
      }
      config {
        command = "/bin/sh"
        args    = ["-c", "${script}"]
      }
      resources {
        cpu    = 20
        memory = 32
      }
    }
  }
}
`

/** A schedule whose runs last longer than their period. */
const CLOCK = {
  ID: 'clock',
  Type: 'batch',
  Periodic: { SpecType: 'cron', Spec: '* * * * *', ProhibitOverlap: true },
  TaskGroups: [
    {
      Name: 'clock',
      Tasks: [
        {
          Name: 'clock',
          Driver: 'exec',
          Config: { command: '/bin/sh', args: ['-c', 'sleep 3600 # the-work'] },
          Resources: { CPU: 20, MemoryMB: 32 },
        },
      ],
    },
  ],
}

const jobsList = z.array(z.object({ ID: z.string(), JobModifyIndex: z.int(), Status: z.string() }))
const allocations = z.array(
  z.object({ NodeName: z.string(), ClientStatus: z.string(), DesiredStatus: z.string() }),
)
const held = z.object({
  JobModifyIndex: z.int(),
  Meta: z.record(z.string(), z.string()).nullable(),
  TaskGroups: z.array(
    z.object({ Count: z.int(), Tasks: z.array(z.object({ Env: z.record(z.string(), z.string()) })) }),
  ),
})

describe.skipIf(hasNoLab || lacksNomad !== undefined)('jobs of the cluster file', () => {
  const file = (jobs: readonly unknown[], isThere = true): string =>
    stringify({
      cluster: 'jobs',
      domain: 'office.example.net',
      access: { user: 'pi' },
      releases: { mirror: mirror.url, key: mirror.keyFile },
      nodes: {
        ant: { address: '192.0.2.10', model: 'pi4', memory: '1GiB' },
        cow: { address: '192.0.2.12', model: 'pi4', memory: '1GiB', labels: { room: 'cellar' } },
        dog: { address: '192.0.2.13', model: 'pi4', memory: '1GiB', labels: { room: 'hall' } },
      },
      roles: {
        base: { on: 'all' },
        ...(isThere && {
          'nomad-server': { on: ['ant'], version: recipeOf('nomad').version, jobs },
          'nomad-client': { on: ['cow', 'dog'] },
        }),
      },
    })
  const cluster = new ClusterUnderTest('jobs', file([], false))
  const bare = new Map<string, readonly string[]>()
  const JOBS = ['jobs/web.nomad.hcl', 'jobs/clock.json']
  let name = 'jobs'

  const put = (path: string, text: string): void => {
    mkdirSync(join(cluster.folder, 'jobs'), { recursive: true })
    writeFileSync(join(cluster.folder, path), text)
  }
  const want = (jobs: readonly unknown[], isThere = true): void =>
    cluster.edit(() => file(jobs, isThere).replace(/^cluster: .*$/m, `cluster: ${name}`))
  const job = (id: string) => nomadAsk(cluster, 'ant', `/v1/job/${id}`, held)
  const listed = async (): Promise<readonly string[]> =>
    (await nomadAsk(cluster, 'ant', '/v1/jobs', jobsList))
      .map(({ ID }) => ID.replace(/\d{5,}/, 'N'))
      .toSorted()
  const placesOf = async (id: string): Promise<readonly string[]> =>
    (await nomadAsk(cluster, 'ant', `/v1/job/${id}/allocations`, allocations))
      .filter(({ ClientStatus, DesiredStatus }) => ClientStatus === 'running' && DesiredStatus === 'run')
      .map(({ NodeName }) => NodeName)
      .toSorted()
  const ALL_WORDS = "for one in /proc/[0-9]*/cmdline; do tr '\\0' ' ' <$one; echo; done 2>/dev/null"
  const countOf = (node: string) => cluster.text(node, 'sh', '-c', `${ALL_WORDS} | grep -c "[t]he-work" || :`)
  /** A plan, and that it has changed nothing. */
  const plan = async () => {
    const indexes = async () =>
      (await nomadAsk(cluster, 'ant', '/v1/jobs', jobsList))
        .map(({ ID, JobModifyIndex }) => `${ID} ${JobModifyIndex}`)
        .filter((one) => !one.includes('/periodic-'))
    const before = await indexes()
    const ran = await cluster.bramble('plan', '--detailed-exitcode')
    expect(await indexes()).toEqual(before)
    return ran
  }
  /** An apply that fails: what it says. */
  const failed = async (): Promise<string> => {
    const events = await cluster.events('apply', '--yes')
    const last = events.at(-1)
    expect(last?.type === 'run-finished' && last.outcome).toBe('failed')
    return failures(events).join('\n')
  }
  const nothingToDo = async (): Promise<void> => {
    expect((await cluster.apply()).outcome).toBe('unchanged')
    const { code, text } = await plan()
    expect([code, text]).toEqual([0, text])
  }

  beforeAll(async () => {
    name = cluster.id.cluster
    await cluster.labUp('--share-memory')
    await cluster.apply()
    for (const node of ['ant', 'cow', 'dog']) bare.set(node, await stateOf(cluster, node))
  })
  afterAll(() => cluster.remove())

  it('come with the first apply, in HCL and in JSON, and run where they are to', async () => {
    put('jobs/web.nomad.hcl', web())
    put('jobs/clock.json', JSON.stringify(CLOCK))
    want(JOBS)
    const first = await cluster.bramble('plan')
    expect(first.text).toContain('nomad-job:web')
    expect(first.text).toContain('nomad-job:clock')
    await cluster.apply()
    expect(await placesOf('web')).toEqual(['cow'])
    expect(await listed()).toEqual(expect.arrayContaining(['clock', 'web']))
    await nothingToDo()
    await cluster.well()
  })

  it('that are changed in their files are shown by Nomad’s own plan, and are so after the apply', async () => {
    put('jobs/web.nomad.hcl', web({ color: 'green' }))
    const { code, text } = await plan()
    expect(code).toBe(2)
    expect(text).toMatch(/Env \/ COLOR|Env\[COLOR\]/)
    expect(text).toContain('blue')
    expect(text).toContain('green')
    expect(text).toContain('1 ended and begun anew')
    await cluster.apply()
    expect((await job('web')).TaskGroups[0]?.Tasks[0]?.Env['COLOR']).toBe('green')
    await nothingToDo()
  })

  it('that somebody changed by hand are planned back; what their files leave open is left to whoever sets it', async () => {
    await nomadReads(cluster, 'ant', web({ color: 'red' }), 'job', 'run', '-detach', '-')
    const { code, text } = await plan()
    expect(code).toBe(2)
    expect(text).toContain('somebody else changed it')
    await cluster.apply()
    expect(await job('web')).toMatchObject({ Meta: { bramble: name } })
    await nomadOn(cluster, 'ant', 'job', 'scale', '-detach', 'web', 'web', '2')
    await holds('two of it', () => placesOf('web'), ['cow', 'cow'])
    await nothingToDo()
    await nomadOn(cluster, 'ant', 'job', 'stop', '-detach', 'web')
    expect((await cluster.bramble('status')).text).toContain('the job web was stopped')
    expect((await plan()).code).toBe(2)
    await cluster.apply()
    expect(await placesOf('web')).toEqual(['cow', 'cow'])
    await nothingToDo()
  })

  it('of people are left alone, and not taken over without a word', async () => {
    await nomadReads(cluster, 'ant', web({ name: 'theirs', room: 'hall' }), 'job', 'run', '-detach', '-')
    await nothingToDo()
    const { JobModifyIndex: before } = await job('theirs')
    put('jobs/theirs.nomad.hcl', web({ name: 'theirs', room: 'hall', color: 'white' }))
    want([...JOBS, 'jobs/theirs.nomad.hcl'])
    // It differs, and the plan says that nobody will change it.
    const { code, text } = await plan()
    expect(code).toBe(2)
    expect(text).toContain('somebody else has registered a job of this name')
    const refused = await cluster.bramble('apply', '--yes')
    expect(refused.code).toBe(1)
    expect(refused.text).toContain('{ file: jobs/theirs.nomad.hcl, take_over: true }')
    expect((await job('theirs')).JobModifyIndex).toBe(before)
    want([...JOBS, { file: 'jobs/theirs.nomad.hcl', take_over: true }])
    await cluster.apply()
    expect((await job('theirs')).TaskGroups[0]?.Tasks[0]?.Env['COLOR']).toBe('white')
    await nothingToDo()
  })

  it('that Nomad cannot read are told with their place, and take nothing away', async () => {
    put('jobs/theirs.nomad.hcl', 'job "theirs" {\n  grupp "web" {}\n}\n')
    const { code, text } = await plan()
    expect(code).toBe(1)
    expect(text).toContain('jobs/theirs.nomad.hcl:2:3')
    expect(text).not.toContain('no longer wanted')
    put('jobs/theirs.nomad.hcl', web({ name: 'theirs', room: 'hall', color: 'white' }))
    await nothingToDo()
  })

  it('without a place fail the apply with the reason, and are waited for by the next one', async () => {
    put('jobs/theirs.nomad.hcl', web({ name: 'theirs', room: 'attic', color: 'white' }))
    expect((await plan()).text).toContain(
      'none: 1 node kept out by  ${meta.room} = attic, 1 node like one of these',
    )
    const said = await failed()
    expect(said).toMatch(/group web finds no place: 1 node kept out by {2}\$\{meta.room\} = attic/)
    expect((await plan()).code).toBe(2)
    put('jobs/theirs.nomad.hcl', web({ name: 'theirs', room: 'hall', color: 'white' }))
    await cluster.apply()
    await nothingToDo()
  })

  it('whose task ends fail the apply with what it said last, and are tried once more', async () => {
    put(
      'jobs/theirs.nomad.hcl',
      web({ name: 'theirs', room: 'hall', color: 'white', script: 'sleep 2; exit 3', healthy: '10s' }),
    )
    expect(await failed()).toContain('Exit Code: 3')
    expect((await plan()).text).toContain('its deployment has failed, and is tried once more')
    put('jobs/theirs.nomad.hcl', web({ name: 'theirs', room: 'hall', color: 'white' }))
    await cluster.apply()
    await nothingToDo()
  })

  it('that were registered by a run that was killed are waited for by the next one', async () => {
    put('jobs/theirs.nomad.hcl', web({ name: 'theirs', room: 'hall', color: 'black', healthy: '20s' }))
    const apply = cluster.start()
    await apply.said(
      (event) => event.type === 'phase-started' && (event.detail ?? '').includes('0 of 1 healthy'),
    )
    await apply.kill()
    const { code, text } = await plan()
    expect(code).toBe(2)
    expect(text).toContain('no run has seen it to be well')
    expect((await cluster.apply()).outcome).toBe('changed')
    expect(await placesOf('theirs')).toEqual(['dog'])
    await nothingToDo()
  })

  it('that leave the cluster file are gone with the runs that they have begun', async () => {
    await holds('a run of the schedule', async () => (await listed()).includes('clock/periodic-N'))
    await nomadReads(cluster, 'ant', web({ name: 'other', room: 'hall' }), 'job', 'run', '-detach', '-')
    await holds('other', () => placesOf('other'), ['dog'])
    want([])
    const { text } = await plan()
    expect(text).toContain('with 1 that it has begun')
    await cluster.apply()
    expect(await listed()).toEqual(['other'])
    await holds('work on cow', () => countOf('cow'), '0')
    await holds('work on dog', () => countOf('dog'), '1')
    await nothingToDo()
  })

  it('leave nothing when all of Nomad leaves', async () => {
    want(JOBS)
    await cluster.apply()
    want([], false)
    await cluster.apply()
    for (const node of ['ant', 'cow', 'dog']) {
      expect([node, ...changesIn(bare.get(node) ?? [], await stateOf(cluster, node))]).toEqual([node])
      expect(await countOf(node)).toBe('0')
    }
  })
})
