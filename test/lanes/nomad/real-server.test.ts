/** Jobs and access rules with a real server of Nomad that has no node to run work: what it reads, plans, holds and gives back. */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { z } from 'zod'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeEngine, programOf, provideEngine } from '../../engines/built-or-skipped.ts'
import { eventually } from '../../engines/consul/eventually.ts'
import { loopbackNetwork } from '../../engines/consul/loopback.ts'
import { ownArchitecture } from '../../engines/engine-cache.ts'
import { portsOnly } from '../../engines/ports-only.ts'
import { StartedProgram } from '../../engines/started-program.ts'
import { issueAuthority, issueCertificate } from '../../../src/secrets/certificate-issuing.ts'
import type { ClusterOutcome, Handover } from '../../../src/engines/contract.ts'
import { withApi, type NomadApi } from '../../../src/engines/nomad/api.ts'
import { tlsPart } from '../../../src/engines/nomad/config.ts'
import type { JobFile } from '../../../src/engines/nomad/jobs/job-file.ts'
import { jobReply } from '../../../src/engines/nomad/jobs/job.ts'
import { jobsShelf } from '../../../src/engines/nomad/jobs/jobs-shelf.ts'
import { nomadStore } from '../../../src/engines/nomad/nomad-store.ts'
import { anything } from '../../../src/engines/nomad/replies.ts'
import { scripts } from '../../../src/engines/nomad/scripts.generated.ts'
import { serverAccess } from '../../../src/engines/nomad/setup.ts'
import { secretsShelf, type ServiceSecrets } from '../../../src/engines/nomad/services/secrets-shelf.ts'
import { snapshotShelf } from '../../../src/engines/nomad/snapshot-shelf.ts'
import { lastingJob, nightlyJob } from './service-samples.ts'

const ADDRESS = `${loopbackNetwork()}.1`
const MANAGEMENT = 'c0ffee00-0000-4000-8000-000000000001'

const file = (path: string, text: string, more: Partial<JobFile> = {}): JobFile => ({
  path,
  text,
  secret: false,
  takeOver: false,
  ...more,
})
const CLOCK = (args = '[]') =>
  file(
    'jobs/clock.nomad.hcl',
    `job "clock" {
  type = "batch"
  periodic {
    crons = ["0 3 * * *"]
  }
  group "clock" {
    task "clock" {
      driver = "exec"
      config {
        command = "/bin/date"
        args    = ${args}
      }
    }
  }
}
`,
  )

/** Each block that a job may have beside other engines, once. */
const ALL_BLOCKS = file(
  'jobs/all.nomad.hcl',
  readFileSync(new URL('../../engines/nomad/all-blocks.hcl', import.meta.url), 'utf8'),
)

await describeEngine('nomad', ownArchitecture(), (place) => {
  const server = new StartedProgram()
  const link = portsOnly(async (_, port) => {
    const socket = connect(port, ADDRESS)
    await once(socket, 'connect')
    return socket
  })
  const access = { authorityPem: '', management: { secretId: MANAGEMENT }, mayReset: false }
  let kept: string | undefined
  let secrets: readonly ServiceSecrets[] = []
  const handover: Handover = {
    missing: () => [],
    ask: () => Promise.reject(new Error('nothing is asked here')),
    forget: () => Promise.resolve(),
    keep: (values) => {
      kept = values['nomad/snapshot']
      return Promise.resolve()
    },
  }
  const store = (files: readonly JobFile[], isKept = false) =>
    nomadStore({
      access,
      dataFolder: join(server.folder, 'state'),
      serverAt: () => 'ant',
      servers: ['ant'],
      shelves: [
        secretsShelf(secrets),
        jobsShelf({ cluster: 'pond', region: 'global', files }),
        snapshotShelf({ isWanted: isKept, kept }),
      ],
      size: 1,
    })
  const plan = async (files: readonly JobFile[], isKept = false) => {
    const { differences, unseen } = await store(files, isKept).check(link, 'ant')
    return {
      differences,
      told: differences.map(({ action, address }) => `${action} ${address}`),
      unseen: unseen.map(({ problem }) => problem),
    }
  }
  const apply = async (files: readonly JobFile[], isKept = false): Promise<readonly ClusterOutcome[]> => {
    const outcomes: ClusterOutcome[] = []
    await store(files, isKept).converge(link, 'ant', (outcome) => outcomes.push(outcome), handover)
    return outcomes
  }
  const failuresOf = (outcomes: readonly ClusterOutcome[]) => outcomes.flatMap(({ failure }) => failure ?? [])
  const asManagement = <Value>(use: (api: NomadApi) => Promise<Value>): Promise<Value> =>
    withApi(link, 'ant', serverAccess(access), use)

  beforeAll(async () => {
    await provideEngine(place)
    const issuer = await issueAuthority({ subject: 'test', days: 1, now: new Date() })
    access.authorityPem = issuer.certificatePem
    const { certificatePem, keyPem } = await issueCertificate({
      issuer,
      subject: 'ant',
      dnsNames: ['localhost', 'server.global.nomad'],
      ipAddresses: [ADDRESS],
      days: 1,
      now: new Date(),
    })
    for (const [name, text] of [
      ['ca.pem', issuer.certificatePem],
      ['agent.pem', certificatePem],
      ['agent-key.pem', keyPem],
    ] as const)
      writeFileSync(join(server.folder, name), text, { mode: 0o600 })
    const advertise = { http: ADDRESS, rpc: ADDRESS, serf: ADDRESS }
    const settings = {
      bind_addr: ADDRESS,
      data_dir: join(server.folder, 'state'),
      advertise,
      server: { enabled: true, bootstrap_expect: 1 },
      acl: { enabled: true },
      tls: tlsPart(server.folder),
      disable_update_check: true,
    }
    writeFileSync(join(server.folder, 'nomad.json'), JSON.stringify(settings))
    server.start(programOf(place), ['agent', '-config=nomad.json'])
    await eventually('the store can be converged', 240, async () => {
      try {
        const [failure] = failuresOf(await apply([]))
        // The key of variables comes some seconds after the leader; the rollout asks again for as long.
        const written = await asManagement((api) =>
          api.send('PUT', '/v1/var/begun', anything, { Items: { at: 'now' } }),
        )
        return failure ?? (written.ok || written.problem)
      } catch (error) {
        return `${String(error)}\n${server.logWhileRunning()}`
      }
    })
  })
  afterAll(() => server.end())

  it('reads HCL and plans it, holds it once, and then there is nothing to do', async () => {
    const clock = CLOCK()
    const { differences } = await plan([clock])
    expect(differences).toMatchObject([
      {
        address: 'nomad-job:clock',
        action: 'create',
        differences: [
          { field: 'type', wanted: 'batch' },
          { field: 'group clock', wanted: '1 × clock (exec)' },
          { field: 'place of group clock', wanted: expect.stringContaining('no node') as string },
        ],
      },
    ])
    expect((await plan([clock])).told).toEqual(['create nomad-job:clock'])
    expect(failuresOf(await apply([clock]))).toEqual([])
    expect(await plan([clock])).toMatchObject({ told: [], unseen: [] })
    const held = await asManagement((api) => api.get('/v1/job/clock', jobReply))
    expect(held).toMatchObject({ ok: true, value: { Meta: { bramble: 'pond' } } })
  })

  it('says field by field what differs', async () => {
    const { differences } = await plan([CLOCK('["-u"]')])
    expect(differences[0]?.differences).toContainEqual({
      field: 'group clock / task clock / Config / args[0]',
      wanted: '-u',
    })
    expect(differences[0]?.reason).toBe('jobs/clock.nomad.hcl says otherwise')
  })

  it('takes a job with each block for the same when it is planned again', async () => {
    const all = [CLOCK(), ALL_BLOCKS]
    expect(failuresOf(await apply(all))).toEqual([])
    const { told, differences, unseen } = await plan(all)
    expect([told, differences, unseen]).toEqual([[], [], []])
    const json = await asManagement((api) => api.get('/v1/job/team%2Fall', anything))
    const inspected = file('jobs/all.json', JSON.stringify({ Job: json.ok ? json.value : {} }))
    expect(await plan([CLOCK(), inspected])).toMatchObject({ told: [], unseen: [] })
  })

  it('shows what somebody changed by hand, and a job that was stopped', async () => {
    const clock = CLOCK()
    await apply([clock])
    await asManagement(async (api) => {
      const held = await api.get('/v1/job/clock', jobReply)
      if (held.ok)
        await api.send('POST', '/v1/jobs', anything, { Job: { ...held.value, Priority: 70, Meta: {} } })
    })
    const { differences } = await plan([clock])
    expect(differences[0]?.reason).toBe('somebody else changed it; jobs/clock.nomad.hcl says otherwise')
    expect(differences[0]?.differences).toContainEqual({ field: 'Priority', is: '70', wanted: '50' })
    expect(failuresOf(await apply([clock]))).toEqual([])
    await asManagement((api) => api.send('DELETE', '/v1/job/clock', anything))
    const stopped = await plan([clock])
    expect(stopped.differences[0]?.differences).toContainEqual({ field: 'Stop', is: 'true', wanted: 'false' })
    expect(failuresOf(await apply([clock]))).toEqual([])
    expect((await plan([clock])).told).toEqual([])
  })

  it('says where it cannot read a file, and what it refuses', async () => {
    const clock = CLOCK()
    const bad = file('jobs/bad.nomad.hcl', 'job "bad" {\n  grupp "web" {}\n}\n')
    const empty = file('jobs/empty.json', '{ "ID": "empty" }')
    const { unseen, told } = await plan([clock, bad, empty])
    expect(told).toEqual([])
    expect(unseen[0]).toMatch(/^Nomad cannot read it: jobs\/bad\.nomad\.hcl:2:3: Unsupported block type/)
    expect(unseen[1]).toMatch(/^jobs\/empty\.json: .*Missing job task groups/is)
  })

  it('holds a job of somebody else that is neither taken over nor taken away', async () => {
    const theirs = CLOCK().text.replace('job "clock"', 'job "theirs"')
    await asManagement(async (api) => {
      const parsed = await api.send('POST', '/v1/jobs/parse', jobReply, { JobHCL: theirs })
      if (parsed.ok) await api.send('POST', '/v1/jobs', anything, { Job: parsed.value })
    })
    const both = [CLOCK(), file('jobs/theirs.nomad.hcl', theirs)]
    expect(JSON.stringify(await plan(both))).toContain('somebody else has registered a job of this name')
    expect(failuresOf(await apply(both))).toMatchObject([
      expect.stringContaining('somebody else has registered a job of this name'),
    ])
    expect(failuresOf(await apply([]))).toEqual([])
    const left = await asManagement((api) => api.get('/v1/jobs', anything))
    expect(left.ok && (left.value as { ID: string }[]).map(({ ID }) => ID)).toEqual(['theirs'])
  })

  it('says at once what finds no place, and an apply says it after a minute', async () => {
    const web = file(
      'jobs/web.nomad.hcl',
      'job "web" {\n  group "web" {\n    task "web" {\n      driver = "exec"\n      config { command = "/bin/true" }\n    }\n  }\n}\n',
    )
    const { differences } = await plan([web])
    expect(differences[0]?.differences).toContainEqual({
      field: 'place of group web',
      wanted: expect.stringMatching(/^none: .*no node/) as string,
    })
    expect(failuresOf(await apply([web]))[0]).toMatch(
      /^the job web: group web finds no place: .*nomad-client/,
    )
    expect((await plan([web])).differences[0]?.reason).toBe(
      'it was registered, and no run has seen it to be well',
    )
    expect(failuresOf(await apply([]))).toEqual([])
  })

  it('gives snapshots to a token that may do nothing else, and takes one back with all rights', async () => {
    expect(failuresOf(await apply([], true))).toEqual([])
    expect(kept).toMatch(/^[0-9a-f-]{36}$/)
    expect((await plan([], true)).told).toEqual([])
    writeFileSync(join(server.folder, 'snapshot.token'), kept ?? '')
    writeFileSync(
      join(server.folder, 'script'),
      scripts.snapshot.replace('https://localhost', `https://${ADDRESS}`),
    )
    const snapshot = (verb: string, input = '') =>
      execFileSync(
        'sh',
        [join(server.folder, 'script'), programOf(place), server.folder, verb, join(server.folder, 's')],
        {
          input,
          stdio: ['pipe', 'pipe', 'pipe'],
        },
      )
    snapshot('save')
    snapshot('save')
    expect(existsSync(join(server.folder, 's'))).toBe(true)
    expect(() => snapshot('restore', kept)).toThrow(/Permission denied|403/)
    for (const path of ['/v1/jobs', '/v1/acl/tokens', '/v1/vars']) {
      const token = kept ?? ''
      const reply = await withApi(link, 'ant', { ...serverAccess(access), token }, (api) =>
        api.get(path, anything),
      )
      expect([path, reply.ok ? reply.value : reply.status]).toEqual([
        path,
        path === '/v1/vars' || path === '/v1/jobs' ? expect.anything() : 403,
      ])
    }
    await apply([CLOCK()], true)
    snapshot('restore', `${MANAGEMENT}\n`)
    await eventually('what was saved is back', 60, async () => {
      const told = (await plan([CLOCK()], true)).told.join()
      return told === 'create nomad-job:clock' || told
    })
  })

  it('takes the jobs of services as they stand, a schedule at once and a service with what it would do', async () => {
    const nights = [nightlyJob('skips', 'skip'), nightlyJob('repeats', 'again')]
    const first = await plan([...nights, lastingJob()])
    expect(first.unseen).toEqual([])
    expect(first.told).toEqual(expect.arrayContaining(['create nomad-job:skips', 'create nomad-job:web']))
    expect(JSON.stringify(first.differences)).not.toContain('warning of Nomad')
    expect(failuresOf(await apply(nights))).toEqual([])
    expect((await plan(nights)).told).toEqual([])
    const changed = await plan([...nights.slice(0, 1), nightlyJob('repeats', 'skip')])
    expect(changed.told).toEqual(['update nomad-job:repeats'])
    expect(failuresOf(await apply([]))).toEqual([])
    expect((await plan([])).told).toEqual([])
  })

  it('keeps the secrets of services in variables, and takes none that somebody else keeps', async () => {
    const variable = (path: string) =>
      asManagement((api) => api.get(`/v1/var/${path}`, z.object({ Items: z.record(z.string(), z.string()) })))
    secrets = [{ service: 'safe', items: { KEY: 'open "sesame"\n$x' } }]
    const first = await plan([])
    expect(first.told).toEqual(['create nomad-secrets:safe'])
    expect(JSON.stringify(first.differences)).not.toContain('sesame')
    expect(failuresOf(await apply([]))).toEqual([])
    expect(await variable('nomad/jobs/safe')).toMatchObject({ value: { Items: secrets[0]?.items } })
    expect((await plan([])).told).toEqual([])
    secrets = [{ service: 'safe', items: { OTHER: 'sesame' } }]
    expect((await plan([])).told).toEqual(['update nomad-secrets:safe'])
    expect(failuresOf(await apply([]))).toEqual([])
    expect((await plan([])).told).toEqual([])
    await asManagement((api) =>
      api.send('PUT', '/v1/var/nomad/jobs/theirs', z.unknown(), { Items: { A: 'b' } }),
    )
    secrets = [{ service: 'theirs', items: { A: 'c' } }]
    expect((await plan([])).told).toEqual(['update nomad-secrets:theirs', 'remove nomad-secrets:safe'])
    expect(failuresOf(await apply([])).join()).toContain(
      'somebody else keeps a variable at nomad/jobs/theirs',
    )
    expect(await variable('nomad/jobs/theirs')).toMatchObject({ value: { Items: { A: 'b' } } })
    expect(await variable('nomad/jobs/safe')).toMatchObject({ ok: false, status: 404 })
    secrets = []
    expect((await plan([])).told).toEqual([])
  })
})
