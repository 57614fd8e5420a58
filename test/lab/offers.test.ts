/** What only a running engine makes, on real nodes: an apply brings it to whoever needs it, whatever cuts it off, and it shows nowhere. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { sightings } from '../../faults/secret-search.ts'
import { watchNode } from '../../faults/started-programs.ts'
import type { Event } from '../../src/events/event.ts'
import { labPreflight, labState } from '../../src/lab/lab.ts'
import { ClusterUnderTest } from './cluster-under-test.ts'

const lacking = await labPreflight()
if (lacking.length > 0)
  console.log(`skipped, the tests on real nodes cannot run here:\n  ${lacking.join('\n  ')}`)

const NODES = ['ant', 'bee']
const ROLES = '  oracle: { on: ant }\n  reader: { on: all }\n'
const clusterText = (roles: string): string => `cluster: offers
domain: office.example.net
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bee: { address: 192.0.2.11, model: pi4, memory: 1GiB }
roles:
  none: { on: all }
${roles}`
const NONE = `import { defineRole, z } from 'bramble'
export default defineRole({ name: 'none', summary: 'Nothing.', options: z.strictObject({}), resources: () => [] })
`
/** On the node of the engine: what was asked for and not taken yet. */
const ANSWERS = ['sh', '-c', 'ls -A /run/bramble/answers 2>/dev/null | wc -l']

describe.skipIf(lacking.length > 0)('a value that only a running engine makes', () => {
  let cluster: ClusterUnderTest
  const seen = mkdtempSync(join(tmpdir(), 'bramble-offers-seen-'))
  let told = 0

  beforeAll(async () => {
    cluster = new ClusterUnderTest('offers', clusterText(ROLES))
    const folder = join(cluster.folder, 'roles')
    mkdirSync(folder)
    writeFileSync(join(folder, 'none.ts'), NONE)
    for (const role of ['oracle', 'reader'])
      copyFileSync(fileURLToPath(new URL(`offers/${role}.ts`, import.meta.url)), join(folder, `${role}.ts`))
    const up = await cluster.bramble('lab', 'up', '--share-memory')
    expect(up.code, up.errors + up.text).toBe(0)
  })
  afterEach(() => vi.unstubAllEnvs())
  afterAll(async () => {
    await cluster.remove()
    rmSync(seen, { recursive: true, force: true })
  })

  /** What a user sees, kept for the search. */
  async function bramble(...words: string[]) {
    const ran = await cluster.bramble(...words)
    writeFileSync(join(seen, `told-${told++}`), `${ran.text}\n${ran.errors}`)
    return ran
  }
  const events = ({ text }: { readonly text: string }): Event[] =>
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Event)
  const apply = async (): Promise<Event[]> => events(await bramble('--json', 'apply', '--yes'))
  const outcome = (all: readonly Event[]): string | undefined => {
    const last = all.at(-1)
    return last?.type === 'run-finished' ? last.outcome : undefined
  }
  const lockFile = (): string => secretFile().replace(/secrets\/oracle\/word\.age$/, 'cluster.lock')
  const secretFile = (): string => {
    const files = readdirSync(cluster.folder, { recursive: true, encoding: 'utf8' })
    const found = files.find((path) => path.endsWith('oracle/word.age'))
    return found === undefined ? '' : join(cluster.folder, found)
  }
  async function isWhole(): Promise<void> {
    const word = await cluster.output('ant', 'cat', '/var/lib/oracle/word')
    for (const node of NODES) {
      expect(await cluster.output(node, 'cat', '/etc/reader/word')).toBe(`word=${word}`)
      expect(await cluster.output(node, 'stat', '-c', '%a %U', '/etc/reader/word')).toBe('600 root')
      expect(await cluster.output(node, 'systemctl', 'is-active', 'reader')).toBe('active')
    }
    expect(await cluster.output('ant', ...ANSWERS)).toBe('0')
  }

  it('is what a plan says that its nodes wait for, beside all the rest', async () => {
    const planned = await bramble('plan', '--detailed-exitcode')
    expect(planned.code, planned.errors).toBe(2)
    expect(planned.text).toContain('ant and bee wait for oracle/word')
    expect(planned.text).toContain('cluster/offer:oracle/word')
    expect(planned.text).toMatch(/file:\/etc\/reader\/settings/)
    // Nodes answer in any order.
    const waits = events(await bramble('--json', 'plan')).flatMap((event) =>
      event.type === 'node-waits' ? [[event.node, event.offers, event.addresses]] : [],
    )
    const left = ['file:/etc/reader/word', 'service:reader.service']
    expect(waits.sort()).toEqual(NODES.map((node) => [node, ['oracle/word'], left]))
    expect((await cluster.inside('bee', 'test', '-e', '/etc/reader')).code).toBe(1)
  })

  it('is made, kept and brought to whoever needs it in one apply, after which nothing is to do', async () => {
    const first = await apply()
    expect(outcome(first)).toBe('changed')
    const ended = first.flatMap((event) =>
      event.type === 'node-finished' ? [`${event.node} ${event.outcome}`] : [],
    )
    expect(ended.sort()).toEqual(NODES.map((node) => `${node} changed`))
    expect(first.filter(({ type }) => type === 'gate-passed')).toHaveLength(NODES.length)
    await isWhole()
    expect(outcome(await apply())).toBe('unchanged')
    expect((await bramble('status')).code).toBe(0)
  })

  it('is forgotten when its role leaves', async () => {
    cluster.edit((text) => text.replace(ROLES, ''))
    expect(outcome(await apply())).toBe('changed')
    expect(secretFile()).toBe('')
    for (const node of NODES)
      expect((await cluster.inside(node, 'test', '-e', '/etc/reader/word')).code).toBe(1)
    await cluster.inside('ant', 'rm', '-rf', '/var/lib/oracle')
    cluster.edit((text) => text + ROLES)
  })

  it('is not lost by a controller that dies when it has it and has not kept it', async () => {
    vi.stubEnv('ORACLE_KILL', 'after the answer')
    expect(outcome(await apply())).toBeUndefined()
    expect(secretFile()).toBe('')
    expect(await cluster.output('ant', ...ANSWERS)).toBe('1')
    // The engine never gives it again.
    expect((await cluster.inside('ant', '/usr/local/bin/oracle', 'init')).code).toBe(3)
  })

  it('is used by the next apply when the controller dies between offer and use', async () => {
    vi.stubEnv('ORACLE_KILL', 'after it was kept')
    expect(outcome(await apply())).toBeUndefined()
    expect(secretFile()).not.toBe('')
    expect((await cluster.inside('bee', 'test', '-e', '/etc/reader/word')).code).toBe(1)
    vi.unstubAllEnvs()
    const planned = await bramble('plan', '--full')
    expect(planned.text).not.toContain('wait for')
    expect(planned.text).toContain('+ file:/etc/reader/word on 2 nodes')
    expect(planned.text).toContain('content: (secret)')
    expect(outcome(await apply())).toBe('changed')
    await isWhole()
    expect(outcome(await apply())).toBe('unchanged')
  })

  it('that somebody gives up is waited for again, and what the nodes have of it meanwhile stays', async () => {
    const kept = [secretFile(), lockFile()].map((path) => [path, readFileSync(path)] as const)
    const given = await bramble('secrets', 'recreate', 'oracle/word', '--yes')
    expect(given.code, given.errors).toBe(0)
    const planned = await bramble('plan')
    expect(planned.text).toContain('ant and bee wait for oracle/word')
    expect(planned.text).not.toContain('to remove')
    for (const [path, text] of kept) {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
      writeFileSync(path, text)
    }
    expect(outcome(await apply())).toBe('unchanged')
  })

  it('shows nowhere but in the engine and in the file of its reader', async () => {
    await cluster.inside('bee', 'sh', '-c', 'echo x >>/etc/reader/word')
    expect((await bramble('plan', '--full')).code).toBe(0)
    const bee = (await labState(cluster.id)).find(({ name }) => name === 'bee')
    const end = await watchNode(bee?.pid ?? 0, join(seen, 'started-bee'))
    expect((await bramble('--json', 'apply', '--yes')).code).toBe(0)
    await end()
    await bramble('log')
    const word = await cluster.output('ant', 'cat', '/var/lib/oracle/word')
    const roots: string[] = []
    for (const { name, pid } of await labState(cluster.id)) {
      writeFileSync(join(seen, `journal-${name}`), await cluster.output(name, 'journalctl', '-o', 'export'))
      const parts = ['etc', 'var', 'run', 'tmp', 'home', 'root', 'usr/local']
      roots.push(...parts.map((part) => `/proc/${pid}/root/${part}`))
    }
    const marked = { secrets: [{ name: 'oracle/word', text: word }], known: '' }
    const found = await sightings(marked, [cluster.folder, seen, ...roots])
    expect(found.map(({ file }) => file.replace(/^\/proc\/\d+\/root/, '')).sort()).toEqual([
      '/etc/reader/word',
      '/etc/reader/word',
      '/var/lib/oracle/word',
    ])
    // There was something to search.
    expect(readFileSync(join(seen, 'started-bee'), 'utf8')).toContain('execve')
    expect(existsSync(secretFile())).toBe(true)
  })
})
