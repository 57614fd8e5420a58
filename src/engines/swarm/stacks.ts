/** Stacks: compose files that a swarm is to hold. Their dialect is Docker's own, so its client reads them, on a manager. */
import { parse } from 'yaml'
import { z } from 'zod'
import { poll } from '../../support/poll.ts'
import type { ClusterDifference } from '../contract.ts'
import type { OwnedThing } from '../steps/owned.ts'
import { fingerprint, type Shelf, type Step } from '../steps/step.ts'
import { granted, Refused } from '../steps/reply.ts'
import { servicesReply, type ServiceReply } from './replies.ts'
import type { SwarmApi } from './swarm-api.ts'

/** A stack that is wanted. */
export interface StackWish {
  readonly name: string
  /** The compose file. */
  readonly text: string
  /** When the registry is asked which image a name stands for (docker stack deploy, `--resolve-image`). */
  readonly resolveImage: 'always' | 'changed' | 'never'
}

const NAMESPACE_LABEL = 'com.docker.stack.namespace'
/** What leaves does so while all nodes are there; what comes waits for them. */
const STAGE = { removal: 50, deploy: 600 } as const
const REMOVAL_SECONDS = 60

/** The shelf. */
export function stackShelf(wanted: readonly StackWish[]): Shelf<SwarmApi> {
  return {
    kind: 'swarm-stack',
    steps: async (api, owned) => {
      if (api === undefined) return wanted.map((stack) => deploying(stack, 'create', 'it is wanted', []))
      const services = granted('its services', await api.manager.get('/services', servicesReply))
      const names = new Set(wanted.map(({ name }) => addressOf(name)))
      const leaving = Object.keys(owned.things)
        .filter((address) => address.startsWith('swarm-stack:') && !names.has(address))
        .map((address) => removing(address, ofStack(services, address.slice('swarm-stack:'.length))))
      return [
        ...leaving,
        ...wanted.flatMap((stack) => {
          const current = ofStack(services, stack.name)
          const reason = reasonFor(stack, owned.things[addressOf(stack.name)], current)
          if (reason === undefined) return []
          return [deploying(stack, current.length === 0 ? 'create' : 'update', reason, current)]
        }),
      ]
    },
  }
}

function addressOf(name: string): string {
  return `swarm-stack:${name}`
}

function ofStack(services: readonly ServiceReply[], name: string): ServiceReply[] {
  return services.filter(({ Spec }) => Spec.Labels?.[NAMESPACE_LABEL] === name)
}

/** Why a stack has to be deployed; undefined when it is as it was after the last time. */
function reasonFor(
  stack: StackWish,
  remembered: OwnedThing | undefined,
  current: readonly ServiceReply[],
): string | undefined {
  if (current.length === 0) return 'it is not there'
  if (remembered?.wanted === undefined) return 'it was deployed by somebody else'
  if (remembered.wanted !== wantedPrint(stack)) return 'its file is another one'
  return remembered.hash === heldPrint(current) ? undefined : 'somebody else changed it'
}

function wantedPrint({ text, resolveImage }: StackWish): string {
  return fingerprint(text, resolveImage)
}

/** What the swarm holds of a stack: what its services are to be, whatever they are at. */
function heldPrint(services: readonly ServiceReply[]): string {
  return fingerprint(services.map(({ Spec }) => JSON.stringify(sorted(Spec))).sort())
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}

function deploying(
  stack: StackWish,
  action: 'create' | 'update',
  reason: string,
  current: readonly ServiceReply[],
): Step<SwarmApi> {
  const differences = serviceDifferences(
    shownServices(stack),
    current.map((one) => shownService(stack.name, one)),
  )
  return {
    difference: { address: addressOf(stack.name), action, reason, differences },
    stage: STAGE.deploy,
    before: null,
    run: async (api) => {
      const words = ['--compose-file', '-', '--prune', '--resolve-image', stack.resolveImage, stack.name]
      const { code, stderr } = await api.link.run(
        api.manager.node,
        ['docker', 'stack', 'deploy', ...words],
        Buffer.from(stack.text),
      )
      if (code !== 0) throw new Refused(stack.name, { status: code, problem: lastLine(stderr) })
      const services = granted('its services', await api.manager.get('/services', servicesReply))
      return { wanted: wantedPrint(stack), hash: heldPrint(ofStack(services, stack.name)) }
    },
  }
}

function removing(address: string, current: readonly ServiceReply[]): Step<SwarmApi> {
  const name = address.slice('swarm-stack:'.length)
  return {
    difference: {
      address,
      action: 'remove',
      reason: 'it is not wanted any more',
      differences: serviceDifferences(
        [],
        current.map((one) => shownService(name, one)),
      ),
    },
    stage: STAGE.removal,
    run: async (api) => {
      if (current.length > 0) await takeAway(api, name)
      return undefined
    },
  }
}

async function takeAway({ link, manager }: SwarmApi, name: string): Promise<void> {
  const { code, stderr } = await link.run(manager.node, ['docker', 'stack', 'rm', name])
  if (code !== 0) throw new Refused(name, { status: code, problem: lastLine(stderr) })
  const gone = await poll(
    async () => {
      const services = granted('its services', await manager.get('/services', servicesReply))
      const left = ofStack(services, name).map(({ Spec }) => Spec.Name)
      return { passed: left.length === 0, detail: left.join(', ') }
    },
    { patienceSeconds: REMOVAL_SECONDS },
  )
  if (!gone.passed) throw new Refused(name, { status: 0, problem: `it still has ${gone.detail}` })
}

function lastLine(text: string): string {
  return text.split('\n').findLast(Boolean) ?? 'no reason was given'
}

/** A service in a few words. */
interface ShownService {
  readonly name: string
  readonly words: string
}

const composeFile = z.object({
  services: z.record(
    z.string(),
    z.object({
      image: z.string().optional(),
      deploy: z
        .object({ mode: z.string().optional(), replicas: z.union([z.int(), z.string()]).optional() })
        .nullish(),
    }),
  ),
})

/** The services of a compose file, for people; what is no compose file is told by Docker. */
function shownServices({ text }: StackWish): ShownService[] {
  const parsed = composeFile.safeParse(yamlOrNothing(text))
  if (!parsed.success) return []
  return Object.entries(parsed.data.services).map(([name, { image = '', deploy }]) => {
    const number =
      deploy?.mode?.startsWith('global') === true ? 'on every node' : `× ${deploy?.replicas ?? 1}`
    return { name, words: `${image} ${number}` }
  })
}

function shownService(stack: string, { Spec }: ServiceReply): ShownService {
  const image = Spec.TaskTemplate?.ContainerSpec?.Image?.replace(/@sha256:.*/, '') ?? ''
  const replicas = Spec.Mode?.Replicated?.Replicas
  return {
    name: Spec.Name.startsWith(`${stack}_`) ? Spec.Name.slice(stack.length + 1) : Spec.Name,
    words: `${image} ${replicas === undefined ? 'on every node' : `× ${replicas}`}`,
  }
}

function serviceDifferences(
  wanted: readonly ShownService[],
  current: readonly ShownService[],
): ClusterDifference['differences'] {
  const names = [...new Set([...current, ...wanted].map(({ name }) => name))].sort()
  return names.flatMap((name) => {
    const is = current.find((one) => one.name === name)?.words
    const becomes = wanted.find((one) => one.name === name)?.words
    if (is === becomes) return []
    return [
      {
        field: `service ${name}`,
        ...(is !== undefined && { is }),
        ...(becomes !== undefined && { wanted: becomes }),
      },
    ]
  })
}

function yamlOrNothing(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}
