/** The cluster lock: facts seen, choices made by selectors, versions and checksums. Kept in git beside the cluster file. */
import { parse, stringify } from 'yaml'
import { z } from 'zod'
import { ROLE_FACTS } from './role-facts.generated.ts'

/** Facts that stay the same from run to run; volatile ones (clock, boot id, free disk) are not kept. */
export const KEPT_FACTS: readonly string[] = [
  'model',
  'serial',
  'memory',
  'architecture',
  'machine',
  'debian',
  'has',
  'emulated',
  'hat',
  'os',
  'os_release',
  'apt_archive',
  'cloud_init',
  'machine_id',
  'ssh_host_key',
  'engine_ids',
  'runtime',
  ...ROLE_FACTS,
]

const releaseSchema = z.object({
  version: z.string(),
  /** SHA-256 of the archive by the vendor's word for the architecture. */
  sums: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
})

const leftSchema = z.record(z.string(), z.union([z.string(), z.number()]))

/** Keys of a node that say how it is reached. */
export type LeftNode = z.output<typeof leftSchema>

const lockSchema = z.object({
  version: z.literal(1),
  nodes: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  choices: z.record(z.string(), z.array(z.string())).default({}),
  releases: z.record(z.string(), releaseSchema).default({}),
  /** By engine, the version that the last complete apply left on its nodes. */
  running: z.record(z.string(), z.string()).default({}),
  /**
   * Names of the secrets that nodes were given: what is `kept` and not in the secrets folder was lost. `recreated` are those that may be made
   * anew, until an apply has brought them everywhere. Left out by versions that did not know it.
   */
  secrets: z.record(z.string(), z.enum(['kept', 'recreated'])).optional(),
  /** By their names in sentences, the values that engines cannot change any more. */
  settled: z.record(z.string(), z.string()).default({}),
  /** By name, what roles have given out to whom: it never moves. */
  allocations: z.record(z.string(), z.record(z.string(), z.string())).default({}),
  /**
   * By node, those that it has stood on since an apply last brought everything everywhere: what is taken from them goes after what it has of
   * theirs. Left out where no node stands on another one.
   */
  follows: z.record(z.string(), z.array(z.string())).optional(),
  /** How nodes are reached that left the cluster file and may still have something of ours: `bramble reset` goes by it. */
  left: z.record(z.string(), leftSchema).optional(),
})

/** What the cluster lock holds. */
export type ClusterLock = z.output<typeof lockSchema>

/** A release that is pinned: its version and the checksum of each archive. */
export type LockedRelease = z.output<typeof releaseSchema>

/** The lock of a cluster that was never looked at. */
export const EMPTY_LOCK: ClusterLock = {
  version: 1,
  nodes: {},
  choices: {},
  releases: {},
  running: {},
  settled: {},
  allocations: {},
}

const HEAD =
  '# Written by bramble: facts seen, choices made, versions pinned. Commit it; edit the cluster file instead.\n'

/** Reads the text of a lock. Throws a plain sentence when it is not one: a lock is never guessed at. */
export function parseLock(text: string): ClusterLock {
  const result = lockSchema.safeParse(parse(text) ?? {})
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new Error(`${issue?.path.join('.') ?? 'the file'}: ${issue?.message ?? 'is not a cluster lock'}`)
}

/** The text of a lock: sorted, so that the same lock is always the same bytes. */
export function lockText(lock: ClusterLock): string {
  return HEAD + stringify(lock, { sortMapEntries: true, lineWidth: 0 })
}

/** A lock with the facts of a node taken in; the same object when nothing that is kept has changed. */
export function withFacts(
  lock: ClusterLock,
  node: string,
  facts: Readonly<Record<string, string>>,
): ClusterLock {
  const kept = Object.fromEntries(KEPT_FACTS.flatMap((key) => (facts[key] ? [[key, facts[key]]] : [])))
  const old = lock.nodes[node]
  if (old && JSON.stringify(sorted(old)) === JSON.stringify(sorted(kept))) return lock
  return { ...lock, nodes: { ...lock.nodes, [node]: kept } }
}

/** A lock that says which versions run; the same object when it says so already. */
export function withRunning(lock: ClusterLock, running: Readonly<Record<string, string>>): ClusterLock {
  const isNew = Object.entries(running).some(([engine, version]) => lock.running[engine] !== version)
  return isNew ? { ...lock, running: { ...lock.running, ...running } } : lock
}

/** Facts that the roles of a node bring and that were never read of it. */
export function unseenRoleFacts(
  facts: Readonly<Record<string, string>>,
  roles: readonly string[],
): readonly string[] {
  return ROLE_FACTS.filter((key) => roles.some((role) => key.startsWith(`${role}.`)) && !(key in facts))
}

function sorted(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1))
}
