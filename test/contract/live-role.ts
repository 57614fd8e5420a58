/**
 * How each role is shown on real nodes. A role has a `testing/live.ts` in its folder that says so; one without options that must be written needs
 * none, and is then on all nodes of the lab of `npm test`.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { stringify } from 'yaml'
import { roles } from '../../src/roles/registry.generated.ts'

/** As in the cluster file. */
type Written = Readonly<Record<string, unknown>>

/** What a program prints on a node while the role does what it is for. */
export interface Shown {
  readonly node: string
  readonly run: readonly string[]
  readonly prints: string
}

/** One role on real nodes: `ant`, `bee`, `cow` and `dog`. */
export interface LiveRole {
  /** Lane with a lab of its own, for what needs minutes; left out, it is the lab of `npm test`. */
  readonly lane?: Lane
  /** Debian of its lab, for what later ones lack; the lane then has a lab of that, too. */
  readonly release?: 'bookworm'
  /** Why it cannot be shown here; printed. */
  readonly lacks?: string
  /** Its uses, as in the cluster file. */
  readonly uses: Written | readonly Written[]
  /** Files beside the cluster file. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  /** Roles that stand on it, as they are used with it. */
  readonly beside?: Readonly<Record<string, Written>>
  /** What is true as long as it is there. */
  readonly shows?: readonly Shown[]
}

/** Labs of their own. */
export const LANES = [
  'docker',
  'mesh',
  'names',
  'updates',
  'storage',
  'monitoring',
  'web',
  'nomad',
  'vault',
  'emulated',
] as const
export type Lane = (typeof LANES)[number]

/** The nodes of every such lab. */
export const LIVE_NODES = ['ant', 'bee', 'cow', 'dog'] as const

const BOARDS: Readonly<Record<(typeof LIVE_NODES)[number], Written>> = {
  ant: { labels: { room: 'attic' } },
  bee: { labels: { room: 'attic' } },
  cow: { labels: { room: 'cellar' }, has: ['speaker'] },
  dog: {
    labels: { room: 'cellar' },
    has: ['speaker'],
    options: { base: { timezone: 'Europe/Madrid' } },
  },
}

/** What is shown of each role, by its name. */
export async function liveRoles(): Promise<ReadonlyMap<string, LiveRole>> {
  const found = Object.keys(roles).map(async (name): Promise<[string, LiveRole]> => {
    const path = resolve('src/roles', name, 'testing/live.ts')
    if (!existsSync(path)) return [name, { uses: { on: 'all' } }]
    return [name, ((await import(path)) as { readonly default: LiveRole }).default]
  })
  return new Map(await Promise.all(found))
}

/** The roles of one lab. */
export async function liveRolesOf({
  lane,
  release,
}: Pick<LiveRole, 'lane' | 'release'>): Promise<ReadonlyMap<string, LiveRole>> {
  const all = await liveRoles()
  const isThere = (one: LiveRole): boolean =>
    one.lane === lane && one.release === release && one.lacks === undefined
  return new Map([...all].filter(([name, one]) => isThere(one) || name === 'base'))
}

/** The cluster file of one lab; its roles come last. */
export function liveCluster(live: ReadonlyMap<string, LiveRole>, more: Written = {}): string {
  const nodes = LIVE_NODES.map((name, index) => [
    name,
    { address: `192.0.2.${10 + index}`, model: 'pi4', memory: '1GiB', ...BOARDS[name] },
  ])
  const uses = [...live].map(([name, { uses: its }]) => [name, its])
  const beside = [...live.values()].map((one) => one.beside ?? {})
  return stringify({
    cluster: 'live',
    domain: 'office.example.net',
    access: { user: 'pi' },
    nodes: Object.fromEntries(nodes) as object,
    ...more,
    roles: { ...(Object.fromEntries(uses) as object), ...(Object.assign({}, ...beside) as object) },
  })
}

/** Lays the files of the roles down beside the cluster file. */
export function writeLiveFiles(live: ReadonlyMap<string, LiveRole>, folder: string): void {
  for (const { files = {} } of live.values()) {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), content)
    }
  }
}
