/** What is mounted in a Vault: its secrets engines and its auth methods, by path. */
import { z } from 'zod'
import { granted } from '../../steps/reply.ts'
import type { VaultApi } from '../api.ts'

/** `GET /v1/sys/mounts` and `GET /v1/sys/auth` (`vault/logical_system.go`, `mountInfo`); in both lists times are in seconds, and 0 is the system's own. */
const mountReply = z.object({
  type: z.string(),
  description: z.string().default(''),
  options: z.record(z.string(), z.string()).nullish(),
  config: z
    .object({
      default_lease_ttl: z.number().default(0),
      max_lease_ttl: z.number().default(0),
      listing_visibility: z.string().optional(),
      token_type: z.string().optional(),
    })
    .default({ default_lease_ttl: 0, max_lease_ttl: 0 }),
})
const tableReply = z.object({ data: z.record(z.string(), mountReply) })

/** One of them, as Vault tells of it. */
export type Mount = z.output<typeof mountReply>

/** By path, without the slash at its end. */
export type MountTable = ReadonlyMap<string, Mount>

/** The two sorts of what can be mounted. */
export interface MountSort {
  /** Addresses begin with it. */
  readonly kind: 'vault-mount' | 'vault-auth'
  /** Where the API has them. */
  readonly place: '/v1/sys/mounts' | '/v1/sys/auth'
  /** Where the API has what is inside of one, before its path. */
  readonly inside: '/v1/' | '/v1/auth/'
  /** In sentences. */
  readonly title: 'secrets engine' | 'auth method'
  /** The option of the role that has them, and the words of Vault's client. */
  readonly option: 'mounts' | 'auth'
  readonly client: 'vault secrets' | 'vault auth'
}

export const SECRETS_ENGINES: MountSort = {
  kind: 'vault-mount',
  place: '/v1/sys/mounts',
  inside: '/v1/',
  title: 'secrets engine',
  option: 'mounts',
  client: 'vault secrets',
}

export const AUTH_METHODS: MountSort = {
  kind: 'vault-auth',
  place: '/v1/sys/auth',
  inside: '/v1/auth/',
  title: 'auth method',
  option: 'auth',
  client: 'vault auth',
}

/** Reads the table. Rejects with `Refused` when Vault does not show it. */
export async function readMounts(api: VaultApi, { place, title }: MountSort): Promise<MountTable> {
  const { data } = granted(`listing every ${title}`, await api.get(place, tableReply))
  return new Map(Object.entries(data).map(([path, mount]) => [path.replace(/\/$/, ''), mount]))
}

/** A path in a URL; what is no letter, digit or slash is escaped. */
export function pathText(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

/** Address of something mounted, from its path. */
export function mountAddress({ kind }: Pick<MountSort, 'kind'>, path: string): string {
  return `${kind}:${path}`
}

/** Where the API has the settings of one. */
export function mountPlace({ place }: MountSort, path: string): string {
  return `${place}/${pathText(path)}`
}

/** Of one of type kv: whether its entries have versions. */
export function kvVersion({ options }: Pick<Mount, 'options'>): 1 | 2 {
  return options?.['version'] === '2' ? 2 : 1
}
