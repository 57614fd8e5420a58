/** The contract that every kind keeps: one suite, run over the kind's own cases on real scratch roots by real shells. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { addressOf, type Resource } from '../../src/resources/kind.ts'
import { file } from '../../src/resources/file/file.ts'
import { describeAsRoot } from './as-root.ts'
import { HOSTILE_VALUES } from './hostile-values.ts'
import { killedInTheMiddle } from './killed-run.ts'
import { processesOf } from './process-count.ts'
import { programOf, runProgram, SHELLS, type ProgramRunOptions, type ShellName } from './program-run.ts'
import {
  age,
  changedIdentities,
  entryAt,
  makeRoot,
  removeRoot,
  snapshot,
  type Identity,
  type Snapshot,
  type Tree,
} from './scratch-root.ts'

/** One situation: what is there, what is wanted, what must be there afterwards. */
export interface KindCase {
  /** A sentence that is true of the kind. */
  readonly title: string
  readonly given?: Tree
  readonly resources: readonly Resource[]
  /** What must be at these paths after converge. */
  readonly expected: Tree
  /** Addresses that must not differ at all in this situation. */
  readonly unchanged?: readonly string[]
}

/** What a kind gives to be tested. */
export interface KindContract {
  readonly kind: string
  /** What it does can only be done on the live system: each root stands in the place of this system's own folders. */
  readonly live?: boolean
  readonly cases: readonly KindCase[]
  /** Carries a value through the kind; `read` says what arrived. */
  readonly hostile?: {
    readonly given?: Tree
    readonly resources: (value: string) => readonly Resource[]
    readonly read: (root: string, value: string) => Promise<string | undefined>
    /** Each value needs a root of its own: `read` could not tell them apart in one. */
    readonly apart?: boolean
    /** Values that the format of the owner cannot carry: making the resource must throw. */
    readonly refuses?: readonly string[]
  }
  /** `absent` takes away what `present` makes. Left out by kinds that have no `absent`. */
  readonly absent?: {
    readonly given?: Tree
    readonly present: readonly Resource[]
    readonly absent: readonly Resource[]
  }
  /** Resources of which the first cannot be converged on this root. */
  readonly failing?: {
    readonly given?: Tree
    readonly resources: readonly Resource[]
    readonly message: RegExp
  }
  /** As many resources as asked for, all different; on a root with `manyGiven`. */
  readonly many: (count: number) => readonly Resource[]
  readonly manyGiven?: Tree
  /** Real programs that the kind needs besides POSIX tools, for instance `useradd`. */
  readonly tools?: readonly string[]
  /** Paths that may stay changed after everything was removed, with the reason in a comment beside it. */
  readonly remains?: RegExp
  /** Files that their owner's tools write anew, so that they come back with other times and without their other names. */
  readonly rewritten?: RegExp
}

const roots: string[] = []

async function rootWith(given: Tree = {}): Promise<string> {
  const root = await makeRoot(given)
  roots.push(root)
  return root
}

/** Where Bramble keeps its own books on a node. */
const OWN_STATE = /^\/var\/lib\/bramble(\/|$)/

/** Registers the whole suite for one kind. */
export function describeKind(contract: KindContract): void {
  describeAsRoot(`the kind ${contract.kind}`, () => {
    afterEach(async () => {
      await Promise.all(roots.splice(0).map(removeRoot))
    })
    for (const name of ['dash', 'busybox'] as const) describeUnder(name, contract)
    describeOnce(contract)
  })
}

function optionsFor(shell: ShellName, contract: KindContract): ProgramRunOptions {
  return { shell, tools: contract.tools ?? [], live: contract.live ?? false }
}

/** What must hold under each shell. */
function describeUnder(shell: ShellName, contract: KindContract): void {
  const options = optionsFor(shell, contract)
  describe(`under ${SHELLS[shell].join(' ')}`, () => {
    for (const one of contract.cases) {
      it(`${one.title}; and removing it puts back what was there`, async () => {
        await removesAll(await convergesAndStays(one, options, contract.rewritten), one, contract, options)
      })
    }
    const { hostile, absent, failing } = contract
    if (hostile) {
      it('carries hostile values byte for byte', () => carriesAll(hostile, options))
    }
    if (absent) it('takes away what is wanted to be absent', () => takesAway(absent, contract, options))
    if (failing) it('names the step that fails and skips what needs it', () => namesFailure(failing, options))
  })
}

/** A root before anything was done to it, and as it is now. */
interface ConvergedRoot {
  readonly root: string
  readonly before: Snapshot
  readonly identities: readonly Identity[]
}

async function convergesAndStays(
  one: KindCase,
  options: ProgramRunOptions,
  rewritten?: RegExp,
): Promise<ConvergedRoot> {
  const root = await rootWith(one.given)
  const kept = Object.entries(one.given ?? {}).filter(([path]) => !rewritten?.test(path))
  const identities = await age(root, Object.fromEntries(kept))
  const program = await programOf(one.resources)
  const before = await snapshot(root, true)
  const seen = await runProgram(root, program, 'check', options)
  expect(seen).toMatchObject({ code: 0, stderr: '', changed: [], failed: new Map() })
  expect(await snapshot(root, true), 'a check changes nothing').toEqual(before)
  for (const address of one.unchanged ?? []) expect(seen.differing).not.toContain(address)
  const first = await runProgram(root, program, 'converge', options)
  expect(first).toMatchObject({ code: 0, failed: new Map(), skipped: new Map() })
  expect([...first.changed].sort(), 'an apply does exactly what the plan shows').toEqual(
    [...seen.differing].sort(),
  )
  for (const [path, entry] of Object.entries(one.expected)) {
    expect(await entryAt(root, path, entry), path).toEqual(entry)
  }
  const after = await snapshot(root, true)
  const again = await runProgram(root, program, 'check', options)
  expect(
    again.lines.filter(({ type }) => type === 'differs'),
    'the plan after an apply is empty',
  ).toEqual([])
  expect(await snapshot(root, true), 'a check changes nothing').toEqual(after)
  const second = await runProgram(root, program, 'converge', options)
  expect(second, 'the second run changes nothing').toMatchObject({ code: 0, changed: [], failed: new Map() })
  expect(await snapshot(root, true, OWN_STATE)).toEqual(without(after, OWN_STATE))
  return { root, before, identities }
}

function without(lines: Readonly<Record<string, string>>, paths: RegExp): Record<string, string> {
  return Object.fromEntries(Object.entries(lines).filter(([path]) => !paths.test(path)))
}

function ignoredAfterRemoval({ remains }: KindContract): RegExp {
  return new RegExp([OWN_STATE, ...(remains ? [remains] : [])].map(({ source }) => source).join('|'))
}

async function removesAll(
  { root, before, identities }: ConvergedRoot,
  one: KindCase,
  contract: KindContract,
  options: ProgramRunOptions,
): Promise<void> {
  const ignored = ignoredAfterRemoval(contract)
  const nothing = await programOf([], [...new Set(one.resources.map(({ kind }) => kind))])
  const removal = await runProgram(root, nothing, 'converge', options)
  expect(removal).toMatchObject({ code: 0, failed: new Map() })
  expect(await snapshot(root, false, ignored)).toEqual(without(timeless(before), ignored))
  const theirs = identities.filter(({ path }) => !ignored.test(path))
  expect(await changedIdentities(root, theirs), 'each file is the very one that was there').toEqual([])
  const again = await runProgram(root, nothing, 'check', options)
  expect(again.lines.filter(({ type }) => type === 'orphan')).toEqual([])
}

/** A snapshot without the times of last change. */
function timeless(lines: Snapshot): Snapshot {
  return Object.fromEntries(Object.entries(lines).map(([path, line]) => [path, line.replace(/ \d+$/, '')]))
}

type Hostile = NonNullable<KindContract['hostile']>

/** The values in as few groups as can be: resources of one program have different addresses. */
function groupsOf(values: readonly string[], resources: Hostile['resources']): string[][] {
  const groups: { values: string[]; addresses: Set<string> }[] = []
  for (const value of values) {
    const addresses = resources(value).map(addressOf)
    const fitting = groups.find((group) => !addresses.some((address) => group.addresses.has(address)))
    const group = fitting ?? { values: [], addresses: new Set() }
    if (!fitting) groups.push(group)
    group.values.push(value)
    for (const address of addresses) group.addresses.add(address)
  }
  return groups.map((group) => group.values)
}

async function carriesAll(hostile: Hostile, options: ProgramRunOptions): Promise<void> {
  const refused = new Set(hostile.refuses)
  for (const value of refused) expect(() => hostile.resources(value), JSON.stringify(value)).toThrow()
  const carried = HOSTILE_VALUES.filter((value) => !refused.has(value))
  const groups = hostile.apart ? carried.map((value) => [value]) : groupsOf(carried, hostile.resources)
  for (const values of groups) await carries(values, hostile, options)
  expect(existsSync('/tmp/bramble-was-here'), 'no value is run').toBe(false)
}

async function carries(
  values: readonly string[],
  { given, resources, read }: Hostile,
  options: ProgramRunOptions,
): Promise<void> {
  const root = await rootWith(given)
  const program = await programOf(values.flatMap(resources))
  const first = await runProgram(root, program, 'converge', options)
  expect(first).toMatchObject({ code: 0, failed: new Map() })
  for (const value of values) expect(await read(root, value)).toBe(value)
  const again = await runProgram(root, program, 'check', options)
  expect(again.differing).toEqual([])
}

async function takesAway(
  { given, present, absent }: NonNullable<KindContract['absent']>,
  contract: KindContract,
  options: ProgramRunOptions,
): Promise<void> {
  const root = await rootWith(given)
  const bare = await rootWith(given)
  await runProgram(bare, await programOf(absent), 'converge', options)
  const ignored = ignoredAfterRemoval(contract)
  const wanted = await snapshot(bare, false, ignored)
  await runProgram(root, await programOf(present), 'converge', options)
  expect(await snapshot(root, false, ignored)).not.toEqual(wanted)
  const kinds = present.map(({ kind }) => kind)
  const gone = await runProgram(root, await programOf(absent, kinds), 'converge', options)
  expect(gone).toMatchObject({ code: 0, failed: new Map() })
  expect(await snapshot(root, false, ignored)).toEqual(wanted)
}

async function namesFailure(
  { given, resources, message }: NonNullable<KindContract['failing']>,
  options: ProgramRunOptions,
): Promise<void> {
  const root = await rootWith(given)
  const [first] = resources
  if (!first) throw new Error('there is nothing that could fail')
  const address = addressOf(first)
  const dependent = file({ path: '/srv/dependent', content: 'never', needs: [address] })
  const bystander = file({ path: '/srv/bystander', content: 'always' })
  const result = await runProgram(
    root,
    await programOf([...resources, dependent, bystander]),
    'converge',
    options,
  )
  expect(result.code).toBe(0)
  expect(result.failed.get(address)?.message).toMatch(message)
  expect([...result.skipped]).toEqual([['file:/srv/dependent', address]])
  expect(await entryAt(root, '/srv/dependent', null)).toBeNull()
  expect(await readFile(join(root, '/srv/bystander'), 'utf8')).toBe('always')
  expect(result.lines.at(-1)?.type).toBe('finished')
}

/** What does not depend on the shell. */
function describeOnce(contract: KindContract): void {
  const { many, manyGiven, live = false } = contract
  it('compiles to the same bytes each time', async () => {
    const [one, two] = [await programOf(many(20)), await programOf(many(20))]
    expect(two.text).toBe(one.text)
  })
  it('starts as many processes for 500 resources as for 50', async () => {
    const root = await rootWith(manyGiven)
    // The first run on a root makes the folder in /run.
    await runProgram(root, await programOf(many(1)), 'check', { live })
    const few = await processesOf(root, await programOf(many(50)), live)
    const lots = await processesOf(root, await programOf(many(500)), live)
    expect(lots).toBe(few)
  })
  it('starts as many processes for 50 resources that are as wanted as for 5', async () => {
    const counts = []
    for (const count of [5, 50]) {
      const root = await rootWith(manyGiven)
      const program = await programOf(many(count))
      const applied = await runProgram(root, program, 'converge', { live })
      expect(applied.failed).toEqual(new Map())
      counts.push(await processesOf(root, program, live))
    }
    expect(counts[1]).toBe(counts[0])
  })
  it('is finished by a second apply when the first one was killed in the middle', async () => {
    const root = await rootWith(manyGiven)
    const program = await programOf(many(10))
    await killedInTheMiddle(root, program, 5, live)
    const second = await runProgram(root, program, 'converge', { live })
    expect(second).toMatchObject({ code: 0, failed: new Map() })
    expect((await runProgram(root, program, 'check', { live })).differing).toEqual([])
  })
  it('works in bash as a POSIX shell', async () => {
    for (const one of contract.cases) await convergesAndStays(one, optionsFor('bash --posix', contract))
  })
}
