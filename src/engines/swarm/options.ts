/** Options of the managers of a swarm, and what does not fit between a swarm and the cluster. */
import ipaddr from 'ipaddr.js'
import { z } from 'zod'
import { nodeName } from '../../cluster-file/node-names.ts'
import { dockerCodes } from '../docker/codes.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import type { Content } from '../../resources/kind.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { Provided } from '../../topology/provided.ts'
import { beside, type FileWish } from '../../wishes/file-wish.ts'
import { overlap, usedRanges } from '../docker/address-ranges.ts'
import type { StackWish } from './stacks.ts'
import { MANAGER_ROLE, SWARM_PORT, WORKER_ROLE } from './swarm-wish.ts'

const stack = z
  .strictObject({
    file: beside('The compose file, beside the cluster file, as `docker stack deploy` takes it.'),
    compose: z
      .record(z.string(), z.unknown())
      .refine((file) => typeof file['services'] === 'object', 'must have `services`, as a compose file has')
      .optional()
      .describe('A compose file written out; its dialect is Docker’s own, which checks it.'),
    resolve_image: z
      .enum(['always', 'changed', 'never'])
      .default('changed')
      .describe('When the registry is asked which image a name stands for.'),
  })
  .refine(({ file, compose }) => (file === undefined) !== (compose === undefined), {
    error: 'must have one of `file` and `compose`',
  })

/** The compose files beside the cluster file. */
export function stackFiles({ stacks }: Pick<ManagerOptions, 'stacks'>): FileWish[] {
  return Object.entries(stacks).flatMap(([name, { file }]) =>
    file === undefined ? [] : [{ path: file, option: ['stacks', name, 'file'] }],
  )
}

/** The stacks of the options. */
export function stacksOf(
  { stacks }: Pick<ManagerOptions, 'stacks'>,
  read: (path: string) => Content,
): StackWish[] {
  return Object.entries(stacks).map(([name, { file, compose, resolve_image: resolveImage }]) => ({
    name,
    // What is JSON is YAML.
    text: file === undefined ? `${JSON.stringify(compose, null, 2)}\n` : textOf(read(file)),
    resolveImage,
  }))
}

function textOf({ bytes }: Content): string {
  if ('path' in bytes) throw new Error('a file beside the cluster file is held in memory')
  return Buffer.from(bytes).toString('utf8')
}

/** Options of the role `swarm-manager`. */
export const managerOptions = z.strictObject({
  workloads: z
    .boolean()
    .default(true)
    .describe('Managers run tasks too; `false` keeps them for managing, on boards that are few and slow.'),
  drained: z
    .array(nodeName(z.string()))
    .default([])
    .describe('Nodes that run no tasks for a while: what runs there is moved to others.'),
  address_pool: z
    .string()
    .refine((text) => ipaddr.IPv4.isValidCIDR(text), 'must be an IPv4 range such as 10.211.0.0/16')
    .optional()
    .describe(
      'Range that networks over all nodes are taken from, /24 each; one that collides with nothing in the cluster file when left out. It cannot be changed later.',
    ),
  network: z
    .string()
    .optional()
    .describe(
      'Role whose network the nodes talk over, such as wireguard: managers and containers are reached at the addresses there; the addresses of the nodes when left out.',
    ),
  stacks: z
    .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be a name such as site'), stack)
    .default({})
    .describe(
      'What the swarm is to run, by name: deployed through a manager, and taken away when it leaves.',
    ),
  certificate_days: z
    .int()
    .min(1)
    .max(3650)
    .default(90)
    .describe(
      'How long the certificates of nodes hold: a node that is off for longer has to be joined anew.',
    ),
})

/** The same, checked and filled. */
export type ManagerOptions = z.output<typeof managerOptions>

/** A finding as roles give it. */
export interface SwarmFinding {
  readonly diagnostic: Omit<Diagnostic, 'where'>
  readonly node?: string
  readonly option?: string | readonly (string | number)[]
}

/** What each node of a swarm listens on (docs.docker.com, "Create a swarm"), for the nodes of the cluster alone. */
export function provided(role: 'manager' | 'worker', network: string | undefined): Provided {
  const ports = [
    { port: 7946, protocol: 'tcp' },
    { port: 7946, protocol: 'udp' },
    { port: 4789, protocol: 'udp' },
  ] as const
  return {
    name: 'swarm',
    ports: role === 'manager' ? [{ port: SWARM_PORT, protocol: 'tcp' }, ...ports] : ports,
    to: 'cluster',
    ...(network !== undefined && { network }),
  }
}

/** Members reach each other by IP addresses. */
export function addressFindings(role: string, cluster: Cluster): SwarmFinding[] {
  return cluster
    .find(role)
    .filter(({ address }) => !ipaddr.isValid(address))
    .map(({ name }) => ({ diagnostic: dockerCodes.SWARM_ADDRESS_MISSING({ node: name }), node: name }))
}

/** What holds for the managers. */
export function managerFindings(options: ManagerOptions, cluster: Cluster): SwarmFinding[] {
  const members = [...cluster.find(MANAGER_ROLE), ...cluster.find(WORKER_ROLE)].map(({ name }) => name)
  const unknown = options.drained.flatMap((name, index) =>
    members.includes(name)
      ? []
      : [
          {
            diagnostic: dockerCodes.SWARM_NODE_UNKNOWN({
              option: 'drained',
              name,
              near: didYouMean(name, members),
            }),
            option: ['drained', index],
          },
        ],
  )
  return [
    ...numberOfManagers(cluster),
    ...addressFindings(MANAGER_ROLE, cluster),
    ...unknown,
    ...pool(options, cluster),
  ]
}

function numberOfManagers(cluster: Cluster): SwarmFinding[] {
  const managers = cluster.find(MANAGER_ROLE)
  const [first] = managers
  const count = managers.length
  if (first !== undefined && count === 1 && cluster.find(WORKER_ROLE).length > 0) {
    return [{ diagnostic: dockerCodes.SWARM_MANAGER_SINGLE({ node: first.name }) }]
  }
  if (count > 0 && count % 2 === 0) return [{ diagnostic: dockerCodes.SWARM_MANAGERS_EVEN({ count }) }]
  return count > 7 ? [{ diagnostic: dockerCodes.SWARM_MANAGERS_MANY({ count }) }] : []
}

function pool({ address_pool: given }: ManagerOptions, cluster: Cluster): SwarmFinding[] {
  if (given === undefined) return []
  const used = usedRanges(cluster).filter(({ role }) => role !== MANAGER_ROLE)
  const other = used.find(({ range }) => overlap(given, range))
  if (other === undefined) return []
  const details = { pool: given, other: other.range, by: other.by }
  return [{ diagnostic: dockerCodes.DOCKER_POOL_OVERLAPS(details), option: 'address_pool' }]
}
