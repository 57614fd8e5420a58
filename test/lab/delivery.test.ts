import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { converge, observe } from '../../src/delivery/push/push.ts'
import type { Convergence, PushRun, Unreached } from '../../src/delivery/push/push.ts'
import { openTransport } from '../../src/delivery/transport/transport.ts'
import type { Dial, Transport } from '../../src/delivery/transport/transport.ts'
import {
  labCut,
  labDown,
  labExec,
  labKill,
  labMend,
  labPreflight,
  labStart,
  labUp,
} from '../../src/lab/lab.ts'
import { file } from '../../src/resources/file/file.ts'
import { run } from '../../src/support/run.ts'
import { slowFile } from '../delivery/other-controller.ts'
import { programOf, pushRun } from '../delivery/scratch-node.ts'

const lacking = await labPreflight()
if (lacking.length > 0) console.log(`skipped, the lab's tests cannot run here:\n  ${lacking.join('\n  ')}`)

const folder = mkdtempSync(join(tmpdir(), 'bramble-delivery-lab-'))
const id = { cluster: 'delivery', folder }
const quiet = (): void => undefined

const board = (name: string) => ({
  model: `Board of ${name}`,
  serial: `2000${name}`,
  architecture: 'aarch64',
  has: [],
  memoryBytes: 256 * 2 ** 20,
})

describe.skipIf(lacking.length > 0)('a push to virtual nodes', () => {
  let transport: Transport
  let hosts: ReadonlyMap<string, string>

  beforeAll(async () => {
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'key')])
    const authorizedKeys = [readFileSync(join(folder, 'key.pub'), 'utf8').trim()]
    const nodes = ['ada', 'bob'].map((name) => ({ name, board: board(name) }))
    const states = await labUp({ ...id, user: 'pi', authorizedKeys, nodes })
    hosts = new Map(states.map(({ name, address }) => [name, address]))
  })
  beforeEach(async () => {
    transport = await open()
  })
  afterEach(() => transport.close())
  afterAll(async () => {
    await labDown(id)
    rmSync(folder, { recursive: true })
  })

  async function open(more: Partial<Dial> = {}, sudoPassword?: string): Promise<Transport> {
    const dials = ['ada', 'bob'].map((node): Dial => ({
      node,
      host: hosts.get(node) ?? '',
      port: 22,
      user: 'pi',
      sudo: 'nopasswd',
      identityFile: join(folder, 'key'),
      ...(node === 'bob' && { via: 'ada' }),
      ...more,
    }))
    return openTransport({
      folder: join(folder, 'ssh'),
      knownHostsFile: join(folder, 'known_hosts'),
      dials,
      userConfig: false,
      fastKeyExchange: true,
      connectTimeoutSeconds: 3,
      ...(sudoPassword !== undefined && { sudoPassword: () => Promise.resolve(sudoPassword) }),
    })
  }

  const inside = (node: string, ...argv: string[]) => labExec(id, node, argv)
  const text = async (node: string, path: string): Promise<string> =>
    (await inside(node, 'cat', path)).stdout.toString()

  const steps = programOf('ada', [
    file({ path: '/srv/first', content: '1' }),
    slowFile(),
    file({ path: '/srv/third', content: '3' }),
  ])

  /** Starts a converge of ada and waits until it is at the slow resource. */
  async function atWork(more: Partial<PushRun> = {}) {
    await inside('ada', 'sh', '-c', 'rm -rf /srv/* /var/lib/bramble/owned /run/bramble')
    const push = pushRun(transport, more)
    const found = await observe(push, steps, 'apply', quiet)
    if (!found.reached) throw new Error(JSON.stringify(found.failure))
    let ended: Promise<Convergence | Unreached> | undefined
    await new Promise<void>((resolve) => {
      ended = converge(push, steps, found, (event) => {
        if (event.type === 'phase-started' && event.detail === 'ada/file:/srv/slow') resolve()
      })
    })
    return { push, ended: () => ended as Promise<Convergence | Unreached> }
  }

  it('works as an ordinary user with sudo, also through a jump, in one session when there is nothing to do', async () => {
    for (const node of ['ada', 'bob']) {
      const program = programOf(node, [file({ path: '/etc/greeting', content: `hello ${node}\n` })])
      const push = pushRun(transport)
      const found = await observe(push, program, 'apply', quiet)
      if (!found.reached) throw new Error(JSON.stringify(found.failure))
      expect(found.facts['model']).toBe(`Board of ${node}`)
      expect(await converge(push, program, found, quiet)).toMatchObject({
        reached: true,
        summary: { changed: 1 },
      })
      expect(await text(node, '/etc/greeting')).toBe(`hello ${node}\n`)
      const before = transport.stats().get(node)?.sessions ?? 0
      expect(await observe(pushRun(transport), program, 'apply', quiet)).toMatchObject({
        reached: true,
        differing: [],
      })
      expect((transport.stats().get(node)?.sessions ?? 0) - before).toBe(1)
    }
  })

  it('goes on without its session, and is taken up again when the cable is back', async () => {
    const work = await atWork()
    await labCut(id, 'ada')
    await inside('ada', 'touch', '/srv/go')
    await vi.waitFor(async () => expect(await text('ada', '/srv/third')).toBe('3'), 20_000)
    await labMend(id, 'ada')
    expect(await work.ended()).toMatchObject({ reached: true, summary: { changed: 3, failed: 0 } })
  })

  it('notices a cable that is pulled for good, and says that the program goes on', async () => {
    const work = await atWork({ rejoinSeconds: 3 })
    await labCut(id, 'ada')
    expect(await work.ended()).toMatchObject({ reached: false, failure: { code: 'CONNECTION_LOST' } })
    await labMend(id, 'ada')
    await inside('ada', 'touch', '/srv/go')
    await vi.waitFor(
      async () =>
        expect((await inside('ada', 'ls', '/run/bramble')).stdout.toString()).not.toContain('lease'),
      20_000,
    )
    expect(await observe(pushRun(transport), steps, 'apply', quiet)).toMatchObject({
      reached: true,
      differing: [],
    })
  })

  it('says so when the node restarts in the middle, and an apply finishes what was begun', async () => {
    const work = await atWork()
    await labKill(id, 'ada')
    await labStart(id, 'ada')
    expect(await work.ended()).toMatchObject({ reached: false, failure: { code: 'PROGRAM_BROKE_OFF' } })
    await inside('ada', 'touch', '/srv/go')
    const push = pushRun(transport)
    const found = await observe(push, steps, 'apply', quiet)
    if (!found.reached) throw new Error(JSON.stringify(found.failure))
    expect(found.differing.map(({ address }) => address)).toEqual([
      'ada/file:/srv/slow',
      'ada/file:/srv/third',
    ])
    expect(await converge(push, steps, found, quiet)).toMatchObject({
      reached: true,
      summary: { changed: 2, failed: 0 },
    })
  })

  it('leaves a change that cuts the node off to the node, which undoes it', async () => {
    await inside('ada', 'sh', '-c', 'rm -rf /srv/* /var/lib/bramble/owned')
    const trial = programOf('ada', [file({ path: '/srv/firewall', content: 'shut', trial: true })])
    const push = pushRun(transport, { trialSeconds: 5 })
    const found = await observe(push, trial, 'apply', quiet)
    if (!found.reached) throw new Error(JSON.stringify(found.failure))
    const ended = converge(push, trial, found, (event) => {
      // What a firewall does that shuts everybody out.
      if (event.type === 'phase-started' && event.detail === 'ada/file:/srv/firewall') void labCut(id, 'ada')
    })
    await vi.waitFor(async () => expect(await text('ada', '/srv/firewall')).toBe('shut'), 20_000)
    await vi.waitFor(async () => expect(await text('ada', '/srv/firewall')).toBe(''), 20_000)
    await labMend(id, 'ada')
    expect(await ended).toMatchObject({ reached: true, summary: { changed: 0, failed: 1 } })
  })

  it('works with a password for sudo', async () => {
    await inside(
      'ada',
      'sh',
      '-c',
      'echo pi:raspberry | chpasswd; mv /etc/sudoers.d /etc/sudoers.away; echo "pi ALL=(ALL) ALL" >>/etc/sudoers',
    )
    const asking = await open({ sudo: 'password' }, 'raspberry')
    const program = programOf('ada', [file({ path: '/etc/greeting', content: 'with a password\n' })])
    const push = pushRun(asking)
    const found = await observe(push, program, 'apply', quiet)
    if (!found.reached) throw new Error(JSON.stringify(found.failure))
    expect(await converge(push, program, found, quiet)).toMatchObject({
      reached: true,
      summary: { failed: 0 },
    })
    expect(await text('ada', '/etc/greeting')).toBe('with a password\n')
    await asking.close()
    expect(await observe(pushRun(transport), program, 'plan', quiet)).toMatchObject({
      reached: false,
      failure: { code: 'SUDO_PASSWORD_NEEDED' },
    })
  })
})
