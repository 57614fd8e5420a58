/** A declared service as a job of Nomad, in the words of its API (`api.Job`, 1.11). Pure: same input, same bytes. */
import { secondsIn } from '../../../cluster-file/forms.ts'
import {
  WORK_GOODBYE_SECONDS,
  type ClusterService,
  type PlacedService,
  type ServiceUpdate,
  type ServiceWork,
} from '../../../topology/service.ts'
import type { Job } from '../jobs/job.ts'
import type { JobFile } from '../jobs/job-file.ts'
import { scripts } from '../scripts.generated.ts'
import { checkPath } from './checks.ts'
import { secretsPath, type ServiceSecrets } from './secrets-shelf.ts'

/** A service that is a program or a container. */
export interface WorkService extends Omit<ClusterService, 'run'> {
  readonly run: ServiceWork
}

/** A service that Nomad runs. */
export interface NomadService {
  readonly service: WorkService
  /** The clients that may run it, in the order of the cluster file. */
  readonly nodes: readonly string[]
}

/** What all jobs of a cluster have in common. */
export interface JobSurroundings {
  readonly datacenter: string
  /** All clients. */
  readonly clients: readonly string[]
  /** Whether a text shows a secret: such variables of an environment are read from where Nomad keeps them. */
  readonly isSecret: (text: string) => boolean
  /** Where services are registered. */
  readonly provider: 'consul' | 'nomad'
}

/** What jobs of services call the one port. */
const PORT = 'port'
/** MHz. Clocks of small boards are told so differently that it is no more than a sign of life. */
const CPU = 50
/**
 * A client that hears nothing of its servers ends the runs of schedules after this time. The servers count it from when they miss the client, which is later, and the goodbye on
 * top, before they begin anything in place of these (`WaitClientStop`, nomad/structs/alloc.go).
 */
const STOP_SECONDS = 120
/** What is begun in place of a lost run comes later than this, and a run that is made at most once no later. */
export const LATE_SECONDS = STOP_SECONDS
/** What the task is called that ends a run which comes too late. */
const DUE = 'due'

const SECOND = 1_000_000_000

/** The services among these that Nomad runs; what is a unit runs by systemd. */
export function nomadServices(placed: readonly PlacedService[], engine: string): readonly NomadService[] {
  return placed.flatMap(({ service, by, nodes }) => {
    const { run } = service
    return by === engine && run !== undefined && 'work' in run
      ? [{ service: { ...service, run }, nodes }]
      : []
  })
}

/** The job of a service as the shelf of jobs takes it. */
export function serviceJobFile(wanted: NomadService, surroundings: JobSurroundings): JobFile {
  const { name } = wanted.service
  const text = `${JSON.stringify(serviceJob(wanted, surroundings), undefined, 2)}\n`
  return { path: `services.${name}`, text, secret: false, takeOver: false, ofService: true }
}

/** The job. */
export function serviceJob(wanted: NomadService, surroundings: JobSurroundings): Job {
  const { name, run } = wanted.service
  return {
    ID: name,
    Name: name,
    Type: run.schedule === undefined ? 'service' : 'batch',
    Datacenters: [surroundings.datacenter],
    Constraints: placeOf(wanted.nodes, surroundings.clients),
    ...(run.schedule && {
      Periodic: {
        Enabled: true,
        SpecType: 'cron',
        Specs: [run.schedule.cron],
        TimeZone: run.schedule.timeZone,
        ProhibitOverlap: true,
      },
    }),
    TaskGroups: [
      run.schedule === undefined ? lasting(wanted.service, surroundings) : once(wanted.service, surroundings),
    ],
  }
}

/** Nothing is said where every client may run it. */
function placeOf(nodes: readonly string[], clients: readonly string[]): readonly object[] {
  if (clients.every((client) => nodes.includes(client))) return []
  return [{ LTarget: '${node.unique.name}', RTarget: nodes.join(','), Operand: 'set_contains_any' }]
}

/** What runs all the time: on a node of its own each, and back to the version before where a change is not well. */
function lasting(service: WorkService, surroundings: JobSurroundings): object {
  const { name, port, run } = service
  const count = run.count === 'all' ? 1 : run.count
  return {
    Name: name,
    Count: count,
    ...(count > 1 && { Constraints: [{ Operand: 'distinct_hosts', RTarget: 'true' }] }),
    ...(port !== undefined && {
      Networks: [{ Mode: 'host', ReservedPorts: [{ Label: PORT, Value: port }] }],
      Services: [registered(service, surroundings.provider)],
    }),
    Update: updateOf(run.update, service.checks.length > 0),
    Tasks: [taskOf(service, surroundings)],
  }
}

function updateOf({ parallel, healthySeconds, withinSeconds }: ServiceUpdate, isChecked: boolean): object {
  return {
    MaxParallel: parallel,
    HealthCheck: isChecked ? 'checks' : 'task_states',
    MinHealthyTime: healthySeconds * SECOND,
    HealthyDeadline: withinSeconds * SECOND,
    ProgressDeadline: 2 * withinSeconds * SECOND,
    AutoRevert: true,
    Canary: 0,
  }
}

function registered({ name, tags, checks }: WorkService, provider: JobSurroundings['provider']): object {
  return {
    Name: name,
    Provider: provider,
    PortLabel: PORT,
    ...(tags.length > 0 && { Tags: tags }),
    ...(checks.length > 0 && {
      Checks: checks.map((check, index) => {
        const { http, interval, timeout } = check
        return {
          Name: index === 0 ? name : `${name} ${index + 1}`,
          Type: typeof http === 'string' ? 'http' : 'tcp',
          ...(typeof http === 'string' && { Path: checkPath(http) }),
          PortLabel: PORT,
          Interval: secondsIn(String(interval)) * SECOND,
          Timeout: secondsIn(String(timeout)) * SECOND,
        }
      }),
    }),
  }
}

/**
 * A run of a schedule. What fails by itself is not begun again; what is lost with its node is, by the servers, whatever `reschedule` says: where a run is to be made at most
 * once, another task goes before it that ends what comes too late. `replace = false` would keep a lost run as one that is at work, and with it each run after it away.
 */
function once(service: WorkService, surroundings: JobSurroundings): object {
  const { name, run } = service
  return {
    Name: name,
    Count: 1,
    RestartPolicy: { Attempts: 0, Mode: 'fail' },
    ReschedulePolicy: { Attempts: 0, Unlimited: false },
    Disconnect: { StopOnClientAfter: STOP_SECONDS * SECOND, Replace: true },
    Tasks: [...(run.schedule?.missed === 'skip' ? [dueTask()] : []), taskOf(service, surroundings)],
  }
}

/** The secrets of a service, for the shelf that keeps them; undefined where it has none. */
export function secretsOf(
  { name, run }: WorkService,
  isSecret: JobSurroundings['isSecret'],
): ServiceSecrets | undefined {
  const { secret } = apart(run.env, isSecret)
  return Object.keys(secret).length > 0 ? { service: name, items: secret } : undefined
}

type Variables = Readonly<Record<string, string>>

function apart(
  env: Variables,
  isSecret: JobSurroundings['isSecret'],
): { open: Variables; secret: Variables } {
  const all = Object.entries(env)
  return {
    open: Object.fromEntries(all.filter(([, value]) => !isSecret(value))),
    secret: Object.fromEntries(all.filter(([, value]) => isSecret(value))),
  }
}

/** Variables in the environment of work alone, in a file that is in no backup and that only the work's own root has (`secrets/`). */
function secretsTemplate(service: string, keys: readonly string[]): object {
  const lines = keys.map((key) => `${key}={{ .${key}.Value | toJSON }}\n`).join('')
  return {
    EmbeddedTmpl: `{{ with nomadVar "${secretsPath(service)}" }}${lines}{{ end }}`,
    DestPath: 'secrets/service.env',
    Envvars: true,
    ChangeMode: 'restart',
  }
}

function dueTask(): object {
  return {
    Name: DUE,
    Driver: 'exec',
    Lifecycle: { Hook: 'prestart', Sidecar: false },
    Config: { command: '/bin/sh', args: ['-c', literal(scripts['due']), DUE, String(LATE_SECONDS)] },
    Resources: { CPU, MemoryMB: 16 },
  }
}

/** Clients read what a driver is told as templates of HCL; this is how a text stands there as it is (HCL, "Template Literals"). */
export function literal(text: string): string {
  return text.replaceAll(/([$%])\{/g, '$1$1{')
}

function taskOf({ name, port, run }: WorkService, { isSecret }: JobSurroundings): object {
  const { work, args, env, memoryMebibytes } = run
  const { open, secret } = apart(env, isSecret)
  return {
    Name: name,
    ...('binary' in work
      ? { Driver: 'exec', Config: { command: work.binary, args: args.map(literal) } }
      : {
          Driver: 'docker',
          Config: {
            image: work.container,
            args: args.map(literal),
            ...(port !== undefined && { ports: [PORT] }),
          },
        }),
    Env: open,
    ...(Object.keys(secret).length > 0 && { Templates: [secretsTemplate(name, Object.keys(secret))] }),
    KillTimeout: WORK_GOODBYE_SECONDS * SECOND,
    Resources: { CPU, MemoryMB: memoryMebibytes },
  }
}
