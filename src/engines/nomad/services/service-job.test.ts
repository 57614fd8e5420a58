import { execFileSync, spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { PlacedService, ServiceWork } from '../../../topology/service.ts'
import { scripts } from '../scripts.generated.ts'
import {
  LATE_SECONDS,
  nomadServices,
  secretsOf,
  serviceJob,
  serviceJobFile,
  type WorkService,
} from './service-job.ts'

const RUN: ServiceWork = {
  work: { binary: '/usr/local/bin/web' },
  args: ['--quiet'],
  env: { COLOR: 'blue' },
  memoryMebibytes: 64,
  count: 1,
  update: { parallel: 1, healthySeconds: 10, withinSeconds: 300 },
}
const WEB: WorkService = {
  name: 'web',
  port: 8090,
  to: 'cluster',
  tags: ['hall'],
  meta: {},
  checks: [{ http: ':8090/health', interval: '10s', timeout: '5s' }],
  run: RUN,
}
const SURROUNDINGS = {
  datacenter: 'home',
  clients: ['dog', 'eel', 'fox'],
  isSecret: (text: string) => text.includes('sesame'),
  provider: 'nomad',
} as const
const DUE = z.object({ Config: z.object({ command: z.string(), args: z.array(z.string()) }) })
const NIGHT = { cron: '30 3 * * *', timeZone: 'Europe/Lisbon', missed: 'skip' } as const

/** As deep as is asked for. */
interface Held {
  readonly [key: string]: Held & readonly Held[]
}
const jobOf = (
  service: Partial<WorkService>,
  run: Partial<ServiceWork> = {},
  nodes = ['dog', 'eel', 'fox'],
) =>
  serviceJob(
    { service: { ...WEB, ...service, run: { ...RUN, ...run } }, nodes },
    SURROUNDINGS,
  ) as unknown as Held
const group = (job: Held): Held | undefined => job['TaskGroups']?.[0]

describe('the job of a service', () => {
  it('runs the program on any client, with its port, its check and a way back', () => {
    const job = jobOf({})
    expect(job).toMatchObject({ ID: 'web', Type: 'service', Datacenters: ['home'], Constraints: [] })
    expect(job).not.toHaveProperty('Periodic')
    expect(group(job)).toMatchObject({
      Count: 1,
      Networks: [{ Mode: 'host', ReservedPorts: [{ Label: 'port', Value: 8090 }] }],
      Services: [
        {
          Name: 'web',
          Provider: 'nomad',
          Tags: ['hall'],
          Checks: [{ Type: 'http', Path: '/health', Interval: 10e9, Timeout: 5e9 }],
        },
      ],
      Update: { AutoRevert: true, HealthCheck: 'checks', MaxParallel: 1, HealthyDeadline: 300e9 },
      Tasks: [
        {
          Driver: 'exec',
          Config: { command: '/usr/local/bin/web', args: ['--quiet'] },
          Env: { COLOR: 'blue' },
          KillTimeout: 30e9,
          Resources: { MemoryMB: 64 },
        },
      ],
    })
    expect(group(job)).not.toHaveProperty('Disconnect')
  })

  it('is kept to the nodes that may run it, and has one on each', () => {
    const job = jobOf({}, { count: 2 }, ['dog', 'fox'])
    expect(job['Constraints']).toEqual([
      { LTarget: '${node.unique.name}', RTarget: 'dog,fox', Operand: 'set_contains_any' },
    ])
    expect(group(job)).toMatchObject({ Count: 2, Constraints: [{ Operand: 'distinct_hosts' }] })
  })

  it('is well when its work runs, where nothing is checked', () => {
    const { Update, Services } = group(jobOf({ checks: [] })) ?? {}
    expect(Update).toMatchObject({ HealthCheck: 'task_states' })
    expect(Services?.[0]).not.toHaveProperty('Checks')
    expect(group(jobOf({ checks: [{ tcp: ':8090', interval: '1s', timeout: '1s' }] }))).toMatchObject({
      Services: [{ Checks: [{ Type: 'tcp' }] }],
    })
  })

  it('of a container is for Docker', () => {
    const tasks = group(jobOf({}, { work: { container: 'registry:5000/web:1.4' } }))?.['Tasks']
    expect(tasks).toMatchObject([
      { Driver: 'docker', Config: { image: 'registry:5000/web:1.4', args: ['--quiet'], ports: ['port'] } },
    ])
  })

  it('is told its arguments as they stand, where the client reads templates', () => {
    const args = ['${HOME}', '%{x}', '$HOME', '100%']
    expect(group(jobOf({}, { args }))?.['Tasks']).toMatchObject([
      { Config: { args: ['$${HOME}', '%%{x}', '$HOME', '100%'] } },
    ])
  })

  it('reads its secrets from where Nomad keeps them, and holds nothing of them', () => {
    const env = { COLOR: 'blue', KEY: 'open sesame' }
    const job = jobOf({}, { env })
    expect(JSON.stringify(job)).not.toContain('sesame')
    expect(group(job)?.['Tasks']).toMatchObject([
      {
        Env: { COLOR: 'blue' },
        Templates: [
          {
            EmbeddedTmpl: '{{ with nomadVar "nomad/jobs/web" }}KEY={{ .KEY.Value | toJSON }}\n{{ end }}',
            DestPath: 'secrets/service.env',
            Envvars: true,
            ChangeMode: 'restart',
          },
        ],
      },
    ])
    const one = { ...WEB, run: { ...RUN, env } }
    expect(secretsOf(one, SURROUNDINGS.isSecret)).toEqual({ service: 'web', items: { KEY: 'open sesame' } })
    expect(secretsOf(WEB, SURROUNDINGS.isSecret)).toBeUndefined()
  })

  it('on a schedule repeats nothing that failed, and a client that is cut off ends it before another begins', () => {
    const { port: _, ...quiet } = {
      ...WEB,
      checks: [],
      run: { ...RUN, schedule: { ...NIGHT, missed: 'again' as const } },
    }
    const job = serviceJob({ service: quiet, nodes: ['dog'] }, SURROUNDINGS) as unknown as Held
    expect(job).toMatchObject({
      Type: 'batch',
      Periodic: { Specs: ['30 3 * * *'], SpecType: 'cron', TimeZone: 'Europe/Lisbon', ProhibitOverlap: true },
    })
    expect(group(job)).toMatchObject({
      RestartPolicy: { Attempts: 0, Mode: 'fail' },
      ReschedulePolicy: { Attempts: 0, Unlimited: false },
      Disconnect: { StopOnClientAfter: 120e9, Replace: true },
    })
    expect(group(job)?.['Tasks']).toHaveLength(1)
    expect(group(job)).not.toHaveProperty('Update')
  })

  it('that is run at most once has a task before it, which ends what comes too late', () => {
    const { port: _, ...quiet } = { ...WEB, checks: [], run: { ...RUN, schedule: NIGHT } }
    const tasks = group(serviceJob({ service: quiet, nodes: ['dog'] }, SURROUNDINGS) as unknown as Held)?.[
      'Tasks'
    ]
    expect(tasks).toMatchObject([
      { Name: 'due', Driver: 'exec', Lifecycle: { Hook: 'prestart', Sidecar: false } },
      { Name: 'web' },
    ])
    const [due] = z.tuple([DUE, z.unknown()]).parse(tasks)
    const { command, args } = due.Config
    expect(args.slice(2)).toEqual(['due', String(LATE_SECONDS)])
    // Nothing that the client would put something else for.
    expect(args.join(' ')).not.toMatch(/(?<!\$)\$\{|(?<!%)%\{/)
    const told = args.map((arg) => arg.replaceAll(/([$%])\1\{/g, '$1{'))
    const run = (ago: number) => {
      const dueAt = Math.floor(Date.now() / 1000) - ago
      return spawnSync(command, told, {
        env: { PATH: process.env['PATH'], NOMAD_JOB_ID: `web/periodic-${dueAt}` },
      }).status
    }
    expect([run(0), run(LATE_SECONDS - 5), run(LATE_SECONDS + 5)]).toEqual([0, 0, 75])
  })

  it('is made of nothing that systemd runs, and is the same text each time', () => {
    const placed = (by: string): PlacedService => ({ service: WEB, by, nodes: ['dog'] })
    expect(nomadServices([placed('systemd'), placed('nomad')], 'nomad')).toHaveLength(1)
    const file = serviceJobFile({ service: WEB, nodes: ['dog'] }, SURROUNDINGS)
    expect(file).toMatchObject({ path: 'services.web', ofService: true, secret: false })
    expect(serviceJobFile({ service: WEB, nodes: ['dog'] }, SURROUNDINGS)).toEqual(file)
  })

  it('looks for lateness in a shell that small boards have', () => {
    execFileSync('sh', ['-n', '-c', scripts['due']])
  })
})
