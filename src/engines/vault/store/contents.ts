/** What would be lost with a secrets engine or an auth method: what people put into it is nowhere else. */
import { z } from 'zod'
import { grantedOrMissing } from '../../steps/reply.ts'
import type { VaultApi } from '../api.ts'
import { onceUpgraded } from './entry.ts'
import { kvVersion, pathText, type Mount, type MountSort } from './mount-table.ts'

/** Where types keep what they hold; of others nobody knows here how to ask. */
const LISTS: Readonly<Record<MountSort['kind'], Readonly<Record<string, { path: string; title: string }>>>> =
  {
    'vault-mount': { transit: { path: 'keys', title: 'key' }, totp: { path: 'keys', title: 'key' } },
    'vault-auth': {
      userpass: { path: 'users', title: 'user' },
      approle: { path: 'role', title: 'role' },
    },
  }

/** After so many nobody needs to know how many more there are. */
const MOST_COUNTED = 1000

const listReply = z.object({ data: z.object({ keys: z.array(z.string()) }) })

/** What something mounted holds. */
export interface Contents {
  /** Paths of its entries where it is a kv, names of what it has elsewhere; undefined where that is not known. */
  readonly names: readonly string[] | undefined
  /** What one is called. */
  readonly title: string
  /** They are entries of a kv, and may be ours. */
  readonly areEntries: boolean
}

/** Asks what something mounted holds. Rejects with `Refused` when Vault does not show it. */
export async function contentsOf(
  api: VaultApi,
  sort: MountSort,
  path: string,
  mount: Mount,
): Promise<Contents> {
  if (sort.kind === 'vault-mount' && mount.type === 'kv') {
    const top = `/v1/${pathText(path)}/${kvVersion(mount) === 2 ? 'metadata/' : ''}`
    return { names: await below(api, top, '', []), title: 'entry', areEntries: true }
  }
  const list = LISTS[sort.kind][mount.type]
  if (list === undefined) return { names: undefined, title: 'thing', areEntries: false }
  const names = await listed(api, `${sort.inside}${pathText(path)}/${list.path}`)
  return { names, title: list.title, areEntries: false }
}

async function listed(api: VaultApi, path: string): Promise<readonly string[]> {
  const reply = await onceUpgraded(() => api.get(`${path}?list=true`, listReply))
  return grantedOrMissing(`listing ${path.replace('/v1/', '')}`, reply)?.data.keys ?? []
}

/** All entries below a folder, as far as they are counted. */
async function below(api: VaultApi, top: string, folder: string, found: string[]): Promise<string[]> {
  for (const name of await listed(api, `${top}${pathText(folder)}`)) {
    if (found.length >= MOST_COUNTED) break
    if (name.endsWith('/')) await below(api, top, `${folder}${name}`, found)
    else found.push(`${folder}${name}`)
  }
  return found
}

/** How many, in words. */
export function contentsText({ names, title }: Contents): string {
  if (names === undefined) return 'all that is in it'
  const count = names.length >= MOST_COUNTED ? `more than ${MOST_COUNTED}` : String(names.length)
  const plural = title === 'entry' ? 'entries' : `${title}s`
  return `${count} ${names.length === 1 ? title : plural}`
}
