/** What Vault holds, as it gives it itself: every entry of its key-value engines is read, and its values are never shown. */
import { createHmac, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { granted, grantedOrMissing } from '../../steps/reply.ts'
import { inBatches } from '../../steps/step.ts'
import type { VaultApi } from '../api.ts'

/** Reads at a time. */
const BATCH = 8

const mountsReply = z.object({
  data: z.record(
    z.string(),
    z.object({ type: z.string(), options: z.record(z.string(), z.string()).nullish() }),
  ),
})
const listReply = z.object({ data: z.object({ keys: z.array(z.string()) }) })
const entryReply = z.object({ data: z.unknown() })

/** What was read of an entry: a digest, good within this process alone, and its size. */
interface Read {
  readonly digest: string
  readonly bytes: number
}

/** What was read, by the path of each entry. */
export type Inside = ReadonlyMap<string, Read>

/** Digests say whether two readings are the same, and nothing about the values: the key is forgotten with the process. */
const KEY = randomBytes(32)

function readOf(value: unknown): Read {
  const text = JSON.stringify(value ?? null)
  return { digest: createHmac('sha256', KEY).update(text).digest('hex'), bytes: Buffer.byteLength(text) }
}

/** Reads all entries. Rejects with a sentence that names the path when one cannot be read. */
export async function readInside(api: VaultApi): Promise<Inside> {
  const { data } = granted('listing the secrets engines', await api.get('/v1/sys/mounts', mountsReply))
  const found = new Map<string, Read>()
  for (const [mount, { type, options }] of Object.entries(data)) {
    if (type !== 'kv') continue
    const isVersioned = options?.['version'] === '2'
    const paths = await pathsIn(api, isVersioned ? `${mount}metadata/` : mount)
    await inBatches(paths, BATCH, async (path) => {
      found.set(`${mount}${path}`, await readEntry(api, mount, path, isVersioned))
    })
  }
  return found
}

async function readEntry(api: VaultApi, mount: string, path: string, isVersioned: boolean): Promise<Read> {
  const at = urlOf(`${mount}${isVersioned ? 'data/' : ''}${path}`)
  // The newest version may be deleted: then there is an entry, and nothing in it.
  const reply = grantedOrMissing(`reading ${mount}${path}`, await api.get(at, entryReply))
  return readOf(reply?.data)
}

/** All paths below a folder, counted from there. */
async function pathsIn(api: VaultApi, folder: string): Promise<readonly string[]> {
  const paths: string[] = []
  const below = ['']
  for (let at = below.pop(); at !== undefined; at = below.pop()) {
    const reply = await api.get(`${urlOf(`${folder}${at}`)}?list=true`, listReply)
    for (const key of grantedOrMissing(`listing ${folder}${at}`, reply)?.data.keys ?? [])
      (key.endsWith('/') ? below : paths).push(`${at}${key}`)
  }
  return paths.toSorted()
}

function urlOf(path: string): string {
  return `/v1/${path.split('/').map(encodeURIComponent).join('/')}`
}

/** Paths that are gone, or whose value is another one now. */
export function lostInside(before: Inside, after: Inside): readonly string[] {
  return [...before].flatMap(([path, { digest }]) => (after.get(path)?.digest === digest ? [] : [path]))
}
