/** The jobs of the cluster file: which files are read, and what is wrong with them before any server is asked. */
import type { KeyPath } from '../../../cluster-file/positions.ts'
import type { Diagnostic, FilePlace } from '../../../diagnostics/diagnostic.ts'
import type { Content } from '../../../resources/kind.ts'
import type { FileWish } from '../../../wishes/file-wish.ts'
import { rolesNomadCodes } from '../codes.ts'
import type { ServerOptions } from '../options.ts'
import { consulServiceInHcl, jsonHasConsulService } from './consul-services.ts'
import { isJson, jobInJson, jobText, nameInHcl, type JobFile } from './job-file.ts'
import { jobReply } from './job.ts'
import { elsewhereIn } from './wanted-job.ts'

type Jobs = Pick<ServerOptions, 'jobs'>
type Read = (path: string) => Content

/** A mistake in a file, or in the list of files. */
export interface JobFinding {
  readonly diagnostic: Omit<Diagnostic, 'where'>
  readonly option?: KeyPath
  readonly place?: FilePlace
}

/** The files beside the cluster file. */
export function jobWishes({ jobs }: Jobs): FileWish[] {
  return jobs.map(({ file, secret }, index) => ({ path: file, option: ['jobs', index], secret }))
}

/** The files as they are read. */
export function jobFiles({ jobs }: Jobs, read: Read): readonly JobFile[] {
  return jobs.flatMap(({ file: path, take_over: takeOver, secret }) => {
    const text = jobText(path, read(path))
    // What is no text was told before.
    return typeof text === 'string' ? [{ path, text, secret, takeOver }] : []
  })
}

/** Where work with services for Consul can run. */
export interface ConsulAtClients {
  /** Names of all clients, and of those that register what they run. */
  readonly clients: readonly string[]
  readonly registering: readonly string[]
  /** Names of the servers of Consul that could not know whose work it is. */
  readonly strangers: readonly string[]
}

/** Jobs with a service that no client registers, or not all of them do. */
export function consulServiceFindings({ jobs }: Jobs, read: Read, at: ConsulAtClients): JobFinding[] {
  const { clients, registering } = at
  const without = clients.filter((name) => !registering.includes(name))
  if (without.length === 0 && registering.length > 0) return []
  return jobs.flatMap(({ file: path }): JobFinding[] => {
    const place = consulServiceIn(path, jobText(path, read(path)))
    if (place === undefined) return []
    return [{ diagnostic: problemOf(path, at, without), place }]
  })
}

function problemOf(
  path: string,
  { clients, registering, strangers }: ConsulAtClients,
  without: readonly string[],
): Omit<Diagnostic, 'where'> {
  if (registering.length > 0) return rolesNomadCodes.NOMAD_SERVICE_KEPT_FROM({ path, nodes: without })
  return strangers.length > 0
    ? rolesNomadCodes.NOMAD_UNKNOWN_TO_CONSUL({ path, servers: strangers })
    : rolesNomadCodes.NOMAD_SERVICE_WITHOUT_CONSUL({ path, clients })
}

function consulServiceIn(path: string, text: ReturnType<typeof jobText>): FilePlace | undefined {
  if (typeof text !== 'string') return undefined
  if (!isJson({ path })) return consulServiceInHcl(path, text)
  const seen = jobReply.safeParse(jobInJson(path, text))
  const has = seen.success && jsonHasConsulService(seen.data)
  return has ? { file: path, line: 1, column: 1, length: 0 } : undefined
}

/** What can be said without a server: files that hold no job, jobs for elsewhere, and names that two files have. */
export function jobFindings(
  { jobs, region }: Jobs & Pick<ServerOptions, 'region'>,
  read: Read,
): JobFinding[] {
  const names = new Map<string, string>()
  return jobs.flatMap(({ file: path }, index): JobFinding[] => {
    const text = jobText(path, read(path))
    if (typeof text !== 'string') {
      return [
        {
          diagnostic: rolesNomadCodes.NOMAD_JOB_UNREADABLE({ path, problem: text.problem }),
          place: text.place,
        },
      ]
    }
    // What could not be read was told, too.
    if (text === '') return []
    const named = isJson({ path }) ? inJson(path, text, region) : { id: nameInHcl(text), findings: [] }
    if (named.id === undefined) return named.findings
    const other = names.get(named.id)
    names.set(named.id, path)
    if (other === undefined) return named.findings
    const details = { id: named.id, path, other }
    return [
      ...named.findings,
      { diagnostic: rolesNomadCodes.NOMAD_JOB_TWICE(details), option: ['jobs', index] },
    ]
  })
}

interface Named {
  readonly id: string | undefined
  readonly findings: JobFinding[]
}

function inJson(path: string, text: string, region: string): Named {
  const job = jobInJson(path, text)
  if (!('ID' in job)) {
    const { problem, place } = job
    return {
      id: undefined,
      findings: [{ diagnostic: rolesNomadCodes.NOMAD_JOB_UNREADABLE({ path, problem }), place }],
    }
  }
  const place = { file: path, line: 1, column: 1, length: 0 }
  const seen = jobReply.safeParse(job)
  if (!seen.success) {
    const [issue] = seen.error.issues
    const problem = `holds no job: ${issue?.path.join('.')}: ${issue?.message}`
    return {
      id: job.ID,
      findings: [{ diagnostic: rolesNomadCodes.NOMAD_JOB_UNREADABLE({ path, problem }), place }],
    }
  }
  const problem = elsewhereIn(seen.data, region)
  if (problem === undefined) return { id: job.ID, findings: [] }
  return {
    id: job.ID,
    findings: [{ diagnostic: rolesNomadCodes.NOMAD_JOB_ELSEWHERE({ path, problem }), place }],
  }
}
