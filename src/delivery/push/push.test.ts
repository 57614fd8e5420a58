import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import { compileLater } from '../../compile/compile-later.ts'
import type { Program } from '../../compile/compile.ts'
import type { EventBody } from '../../events/event.ts'
import { contentOf } from '../../resources/kind.ts'
import { engineState } from '../../resources/engine-state/engine-state.ts'
import { file } from '../../resources/file/file.ts'
import type { Transport } from '../transport/transport.ts'
import { converge, observe } from './push.ts'
import type { Convergence, HeldObservation, PushRun } from './push.ts'

if (noScratchNodes !== undefined) console.warn(`push.test.ts is skipped: ${noScratchNodes}`)

const quiet = (): void => undefined

async function seen(
  push: PushRun,
  program: Program,
  mode: 'plan' | 'apply' = 'apply',
  runtime?: string,
): Promise<HeldObservation> {
  const found = await observe(push, program, mode, quiet, { runtime })
  if (!found.reached) throw new Error(JSON.stringify(found.failure))
  return found
}

async function applied(push: PushRun, program: Program): Promise<Convergence> {
  const done = await converge(push, program, await seen(push, program), quiet)
  if (!done.reached) throw new Error(JSON.stringify(done.failure))
  return done
}

describe.skipIf(noScratchNodes !== undefined)('a push', () => {
  let node: ScratchNode
  let transport: Transport
  beforeAll(async () => {
    node = await scratchNode()
  })
  beforeEach(async () => {
    transport = await node.transport([node.dial('ada')])
    await node.inside('sh', '-c', 'rm -rf /srv/* /var/lib/bramble/*')
  })
  afterEach(() => transport.close())
  afterAll(() => node.remove())

  const leftovers = async (): Promise<string> => (await node.inside('ls', '/run/bramble')).stdout.toString()
  const bytesSent = (): number => transport.stats().get('ada')?.bytesSent ?? 0

  it('tells what keeps an apply from being begun, with the way out', async () => {
    await node.inside('mkdir', '-p', '/srv/state/raft')
    const state = engineState({
      folder: '/srv/state',
      engine: 'Consul',
      entries: ['raft'],
      owner: '/srv/state/keyring',
      unit: 'consul',
      option: 'old_state',
    })
    const found = await seen(pushRun(transport), programOf('ada', [state]), 'plan')
    expect(found.obstacles).toEqual([
      {
        what: '/srv/state holds the state of another Consul: raft',
        wayOut: expect.stringContaining('old_state: adopt') as string,
      },
    ])
  })

  it('logs in first, and has the program compiled once, while the way to the node is being opened', async () => {
    const sessions: (number | undefined)[] = []
    const program = compileLater('ada', () => {
      sessions.push(transport.stats().get('ada')?.sessions)
      return programOf('ada', [file({ path: '/srv/greeting', content: 'hello\n' })])
    })
    expect((await seen(pushRun(transport), program, 'plan')).differing).toHaveLength(1)
    expect(sessions).toEqual([1])
  })

  it('looks, carries out, and finds nothing to do afterwards', async () => {
    const program = programOf('ada', [file({ path: '/srv/greeting', content: 'hello\n' })])
    const push = pushRun(transport)
    const events: EventBody[] = []
    const first = await observe(push, program, 'apply', (event) => events.push(event))
    if (!first.reached) throw new Error(JSON.stringify(first.failure))
    expect(first.differing).toMatchObject([{ address: 'ada/file:/srv/greeting', action: 'create' }])
    const done = await converge(push, program, first, (event) => events.push(event))
    expect(done).toMatchObject({
      reached: true,
      summary: { unchanged: 0, changed: 1, failed: 0, skipped: 0 },
    })
    expect(await node.text('/srv/greeting')).toBe('hello\n')
    expect((await seen(pushRun(transport), program)).differing).toEqual([])
    expect(await leftovers()).toBe('lock\n')
    expect(readFileSync(transport.knownHostsFile, 'utf8')).toMatch(/^ada ssh-ed25519 /)
    expect(transport.stats().get('ada')?.sessions).toBe(3)
    expect(events.map(({ type }) => type)).toEqual([
      'phase-started',
      'phase-started',
      'node-connected',
      'phase-started',
      'phase-started',
      'resource-changed',
    ])
  })

  it('shows every difference of a plan, and leaves nothing behind', async () => {
    await applied(
      pushRun(transport),
      programOf('ada', [
        file({ path: '/srv/plain', content: 'one\ntwo\u001b[2J\n' }),
        file({ path: '/srv/secret', content: 'old password', sensitive: true }),
      ]),
    )
    const push = pushRun(transport)
    const program = programOf('ada', [
      file({ path: '/srv/plain', content: 'one\nthree\n', mode: '600' }),
      file({ path: '/srv/secret', content: 'new password', sensitive: true }),
    ])
    const found = await seen(push, program, 'plan')
    expect(found.differing).toMatchObject([
      {
        address: 'ada/file:/srv/plain',
        action: 'update',
        differences: [{ field: 'mode', is: '644', wanted: '600' }, { field: 'content' }],
        currentText: 'one\ntwo\u241b[2J\n',
      },
      { address: 'ada/file:/srv/secret', differences: [{ field: 'content' }] },
    ])
    expect(found.differing[1]?.currentText).toBeUndefined()
    expect(found.keptProgram).toBeUndefined()
    expect(await leftovers()).toBe('lock\n')
    expect(await node.text('/srv/plain')).toBe('one\ntwo\u001b[2J\n')
  })

  it('sends for one changed file no more than that file and 17 KiB', async () => {
    const big = randomBytes(300_000)
    const changed = randomBytes(50_000)
    const others = Array.from({ length: 30 }, (_, index) =>
      file({ path: `/srv/other${index}`, content: `${index}` }),
    )
    const of = (content: Uint8Array<ArrayBuffer>): Program =>
      programOf('ada', [
        file({ path: '/srv/big', content: big }),
        file({ path: '/srv/changes', content }),
        ...others,
      ])
    await applied(pushRun(transport), of(randomBytes(50_000)))
    const before = bytesSent()
    await applied(pushRun(transport), of(changed))
    expect(bytesSent() - before).toBeLessThan(changed.length + 17 * 1024)
  })

  it('sends a release from its file without holding it in memory', async () => {
    const bytes = randomBytes(6 << 20)
    const path = join(node.folder, 'release')
    writeFileSync(path, bytes)
    const resource = file({ path: '/srv/release', content: bytes })
    const { sha256 } = contentOf(bytes)
    const lazy = {
      ...resource,
      contents: [{ sha256, bytes: { path, size: bytes.length }, sensitive: false }],
    }
    expect(await applied(pushRun(transport), programOf('ada', [lazy]))).toMatchObject({
      summary: { changed: 1 },
    })
    const { stdout } = await node.inside('sha256sum', '/srv/release')
    expect(stdout.toString().slice(0, 64)).toBe(sha256)
  })

  it('removes what is owned and no longer wanted, also when the program has to learn the kind for that', async () => {
    await applied(pushRun(transport), programOf('ada', [file({ path: '/srv/leaves', content: 'x' })]))
    const push = pushRun(transport)
    const found = await seen(push, programOf('ada', []))
    expect(found.orphans).toContainEqual({ kind: 'file', name: '/srv/leaves' })
    expect(found.missingKinds).toEqual(['file'])
    const program = programOf('ada', [], ['file'])
    const done = await converge(push, program, found, quiet)
    if (!done.reached) throw new Error(JSON.stringify(done.failure))
    expect(done.outcomes).toContainEqual({
      address: 'ada/file:/srv/leaves',
      outcome: 'changed',
      action: 'remove',
    })
    expect(await node.text('/srv/leaves')).toBeUndefined()
    expect((await node.inside('ls', '/run/bramble')).stdout.toString()).toBe('lock\n')
    expect((await seen(pushRun(transport), program)).orphans).toEqual([])
  })

  it('says of each resource how it ended, and skips what needs one that failed', async () => {
    const bad = file({ path: '/srv/bad', content: 'x', validate: ['sh', '-c', 'echo no good >&2; exit 1'] })
    const after = file({ path: '/srv/after', content: 'x', needs: ['file:/srv/bad'] })
    const done = await applied(pushRun(transport), programOf('ada', [bad, after]))
    expect(done.summary).toEqual({ unchanged: 0, changed: 0, failed: 1, skipped: 1 })
    expect(done.outcomes).toMatchObject([
      { address: 'ada/file:/srv/bad', outcome: 'failed', output: ['no good'] },
      { address: 'ada/file:/srv/after', outcome: 'skipped', message: 'it needs ada/file:/srv/bad' },
    ])
  })

  it('sends the program again to a node that restarted in between', async () => {
    const push = pushRun(transport)
    const program = programOf('ada', [file({ path: '/srv/again', content: 'x' })])
    const found = await seen(push, program)
    await node.stop()
    await node.start()
    expect(await converge(push, program, found, quiet)).toMatchObject({
      reached: true,
      summary: { changed: 1 },
    })
    expect(await node.text('/srv/again')).toBe('x')
  })

  it('starts at most six processes on the node beside those of the program, and as many for 150 resources as for 5', async () => {
    const processes = async (what: () => Promise<unknown>): Promise<number> => {
      // In a process namespace numbers are given out one after the other.
      const number = async (): Promise<number> =>
        Number((await node.inside('sh', '-c', 'echo $$')).stdout.toString().trim())
      const before = await number()
      await what()
      return (await number()) - before - 1
    }
    const login = await processes(async () => (await transport.exec('ada', ['sh', '-c', ':'])).ended)
    const costs: number[] = []
    for (const size of [5, 150]) {
      const program = programOf(
        'ada',
        Array.from({ length: size }, (_, index) => file({ path: `/srv/p${index}`, content: '' })),
      )
      await applied(pushRun(transport), program)
      const whole = await processes(() => seen(pushRun(transport), program, 'apply', program.runtime))
      writeFileSync(join(node.folder, 'program'), program.text)
      const alone = (await processes(() => node.inside('sh', join(node.folder, 'program'), 'check'))) - 1
      costs.push(whole)
      // The login itself had one process of ours, the shell.
      expect(whole - (login - 1) - (alone + 1)).toBeLessThanOrEqual(6)
    }
    expect(costs[0]).toBe(costs[1])
  })
})
