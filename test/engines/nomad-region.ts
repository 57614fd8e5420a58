/** A region of Nomad that holds jobs, as far as jobs of a cluster file go by it. */
import type { Answer } from './nomad-answers.ts'

type Held = Record<string, unknown> & { ID: string; JobModifyIndex: number }
interface Sent {
  readonly Job: Held
  readonly EnforceIndex?: boolean
  readonly JobModifyIndex?: number
}

/** A group with one task. */
export const group = (more: object = {}) => ({
  Name: 'web',
  Count: 1,
  Tasks: [{ Name: 'web', Driver: 'exec' }],
  ...more,
})

/** A region that holds jobs. HCL is read as the name in its first line says; what differs is told field by field. */
export class NomadRegion {
  readonly jobs = new Map<string, Held>()
  readonly ended: string[] = []
  deployment: object = { Status: 'successful' }
  allocations: readonly object[] = []
  #index = 10

  hold(job: Record<string, unknown> & { ID: string }): void {
    this.#index += 10
    this.jobs.set(job.ID, { ...job, JobModifyIndex: this.#index, Version: 0 })
  }

  readonly answer: Answer = (method, url, _, body) => {
    const [path = '', query = ''] = url.split('?')
    if (path === '/v1/jobs/parse') return this.#parse((JSON.parse(body) as { JobHCL: string }).JobHCL)
    if (path === '/v1/jobs' && method === 'GET') {
      const prefix = decodeURIComponent(query.replace('prefix=', ''))
      return [200, [...this.jobs.values()].filter(({ ID }) => ID.startsWith(prefix))]
    }
    if (path === '/v1/jobs') return this.#register(JSON.parse(body) as Sent)
    const [, name = '', part] = /^\/v1\/job\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? []
    const id = decodeURIComponent(name)
    if (part === 'plan') return this.#plan(id, (JSON.parse(body) as Sent).Job)
    if (part === 'evaluations') return [200, [{ ID: 'eval', Status: 'complete', ModifyIndex: 1 }]]
    if (part === 'allocations') return [200, this.allocations]
    const held = this.jobs.get(id)
    if (part === 'deployments')
      return [200, [{ ID: 'deployment', JobSpecModifyIndex: held?.JobModifyIndex ?? 0, ...this.deployment }]]
    if (held === undefined) return [404, 'job not found']
    if (method === 'GET') return [200, held]
    this.ended.push(`${id} ${query}`)
    if (query === 'purge=true') this.jobs.delete(id)
    else this.jobs.set(id, { ...held, Stop: true })
    return [200, { EvalID: 'eval' }]
  }

  #parse(text: string): [number, unknown] {
    const [, id] = /^job "([^"]+)"/.exec(text) ?? []
    if (id === undefined)
      return [
        400,
        'Failed to parse job: input.hcl:1,5-6: Argument or block definition required; An argument is required',
      ]
    const [, namespace = null] = /namespace = "(\w+)"/.exec(text) ?? []
    return [
      200,
      { ID: id, Type: null, Namespace: namespace, Meta: null, TaskGroups: [group({ Count: null })] },
    ]
  }

  #register({ Job, EnforceIndex, JobModifyIndex }: Sent): [number, unknown] {
    const held = this.jobs.get(Job.ID)?.JobModifyIndex ?? 0
    if (EnforceIndex !== true || JobModifyIndex !== held)
      return [
        500,
        `Enforcing job modify index ${JobModifyIndex}: job exists with conflicting job modify index: ${held}`,
      ]
    this.hold(Job)
    return [200, { EvalID: 'eval', JobModifyIndex: this.#index }]
  }

  #plan(id: string, job: Held): [number, unknown] {
    const held = this.jobs.get(id)
    const text = (from: object | undefined, key: string): string => {
      const value = (from as Record<string, unknown> | undefined)?.[key] ?? null
      return value === null ? '' : JSON.stringify(value)
    }
    const keys = [...new Set([...Object.keys(job), ...Object.keys(held ?? {})])].filter(
      (key) => !['JobModifyIndex', 'Version'].includes(key),
    )
    const Fields = keys.map((key) => {
      const [Old, New] = [text(held, key), text(job, key)]
      return { Type: Old === New ? 'None' : 'Edited', Name: key, Old, New }
    })
    const isSame = Fields.every(({ Type }) => Type === 'None')
    const Diff = {
      Type: held === undefined ? 'Added' : isSame ? 'None' : 'Edited',
      Fields,
      Objects: null,
      TaskGroups: null,
    }
    return [
      200,
      {
        JobModifyIndex: held?.JobModifyIndex ?? 0,
        Diff,
        Annotations: {
          DesiredTGUpdates: { web: held === undefined ? { Place: 1 } : { DestructiveUpdate: 1 } },
        },
        FailedTGAllocs: null,
        Warnings: '',
      },
    ]
  }
}
