/**
 * The secrets in the environment of services that Nomad runs: a variable of Nomad for each, which it encrypts, and which the work of the job of that name alone may read
 * ("Task access to variables"). The job itself says where they are, and nothing of them.
 */
import type { Difference } from '../../../events/event.ts'
import type { Owned } from '../../steps/owned.ts'
import { granted, grantedOrMissing, Refused } from '../../steps/reply.ts'
import { lookedAt, refusedStep, type Found, type Shelf, type Step } from '../../steps/step.ts'
import type { NomadApi } from '../api.ts'
import { anything, variableReply } from '../replies.ts'

/** The secrets of a service, by the names of the variables in its environment. */
export interface ServiceSecrets {
  readonly service: string
  readonly items: Readonly<Record<string, string>>
}

/** What the addresses of these variables begin with. */
const KIND = 'nomad-secrets'
/** Before jobs begin that read them, and after those have ended that did. */
const STAGE = { make: 45, remove: 60 } as const
/** The server's word for a write that does not start from what was seen (`variables.cas`). */
const CONFLICT = 409

/** The path that the work of a job may read. */
export function secretsPath(service: string): string {
  return `nomad/jobs/${service}`
}

/** The shelf. */
export function secretsShelf(wanted: readonly ServiceSecrets[]): Shelf<NomadApi> {
  return {
    kind: KIND,
    async steps(api, owned) {
      if (api === undefined) return wanted.map((one) => writing(one, 'create', undefined, 0))
      const names = new Set(wanted.map(({ service }) => addressOf(service)))
      const gone = Object.keys(owned.things).filter(
        (address) => address.startsWith(`${KIND}:`) && !names.has(address),
      )
      const found = await Promise.all([
        ...gone.map((address) => lookedAt(address, () => Promise.resolve(removing(address)))),
        ...wanted.map((one) => lookedAt(addressOf(one.service), () => step(api, one, owned))),
      ])
      return found.filter((one): one is Found<NomadApi> => one !== undefined)
    },
  }
}

function addressOf(service: string): string {
  return `${KIND}:${service}`
}

function urlOf(service: string): string {
  return `/v1/var/${secretsPath(service)}`
}

async function step(
  api: NomadApi,
  wanted: ServiceSecrets,
  { things }: Owned,
): Promise<Step<NomadApi> | undefined> {
  const { service, items } = wanted
  const address = addressOf(service)
  const held = grantedOrMissing(address, await api.get(urlOf(service), variableReply))
  if (held === undefined) return writing(wanted, 'create', undefined, 0)
  if (things[address] === undefined) {
    const reason = `somebody else keeps a variable at ${secretsPath(service)}, and it is left alone; give the service another name, or take that away:  nomad var purge ${secretsPath(service)}`
    return refusedStep(STAGE.make, { address, action: 'update', reason, differences: [] })
  }
  const is = held.Items ?? {}
  const keys = new Set([...Object.keys(is), ...Object.keys(items)])
  if ([...keys].every((key) => is[key] === items[key])) return undefined
  return writing(wanted, 'update', is, held.ModifyIndex)
}

function writing(
  { service, items }: ServiceSecrets,
  action: 'create' | 'update',
  is: Readonly<Record<string, string>> | undefined,
  index: number,
): Step<NomadApi> {
  const address = addressOf(service)
  const keys = [...new Set([...Object.keys(is ?? {}), ...Object.keys(items)])]
  const differences = keys
    .filter((key) => is?.[key] !== items[key])
    .map((field): Difference => ({ field, hidden: 'secret' }))
  const reason =
    action === 'create'
      ? `Nomad does not have the secrets of services.${service}`
      : 'they are others; work that reads them begins anew'
  return {
    stage: STAGE.make,
    difference: { address, action, reason, differences },
    before: null,
    run: async (api) => {
      const sent = await api.send('PUT', `${urlOf(service)}?cas=${index}`, variableReply, { Items: items })
      if (!sent.ok && sent.status === CONFLICT)
        throw new Refused(address, { status: CONFLICT, problem: 'somebody else changed it just now' })
      granted(address, sent)
      return { id: secretsPath(service) }
    },
  }
}

function removing(address: string): Step<NomadApi> {
  const service = address.slice(KIND.length + 1)
  return {
    stage: STAGE.remove,
    difference: { address, action: 'remove', reason: 'no longer wanted', differences: [] },
    run: async (api) => {
      grantedOrMissing(address, await api.send('DELETE', urlOf(service), anything))
      return undefined
    },
  }
}
