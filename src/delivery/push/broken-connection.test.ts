import { writeFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { slowFile } from '../../../test/delivery/other-controller.ts'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import { file } from '../../resources/file/file.ts'
import { run } from '../../support/run.ts'
import type { Transport, TransportOptions } from '../transport/transport.ts'
import { confirmTrial } from './confirm-trial.ts'
import { converge, observe } from './push.ts'
import type { Convergence, PushRun, Unreached } from './push.ts'

if (noScratchNodes !== undefined) console.warn(`broken-connection.test.ts is skipped: ${noScratchNodes}`)

const quiet = (): void => undefined

describe.skipIf(noScratchNodes !== undefined)('a converge whose connection breaks', () => {
  let node: ScratchNode
  let transport: Transport
  beforeAll(async () => {
    node = await scratchNode()
  })
  beforeEach(async () => {
    transport = await node.transport([node.dial('ada')])
    await node.inside('sh', '-c', 'rm -rf /srv/* /var/lib/bramble/* /run/bramble')
  })
  afterEach(() => transport.close())
  afterAll(() => node.remove())

  const program = programOf('ada', [
    file({ path: '/srv/first', content: '1' }),
    slowFile(),
    file({ path: '/srv/third', content: '3' }),
  ])

  /** Starts a converge and waits until the node is at the slow resource. */
  async function atWork(more: Partial<PushRun> = {}, options: Partial<TransportOptions> = {}) {
    transport = await node.transport([node.dial('ada')], options)
    const push = pushRun(transport, more)
    const found = await observe(push, program, 'apply', quiet)
    if (!found.reached) throw new Error(found.failure.summary)
    let ended: Promise<Convergence | Unreached> | undefined
    await new Promise<void>((resolve) => {
      ended = converge(push, program, found, (event) => {
        if (event.type === 'phase-started' && event.detail === 'ada/file:/srv/slow') resolve()
      })
    })
    return { push, found, ended: () => ended as Promise<Convergence | Unreached> }
  }

  /** Process numbers of our ssh to this node. */
  async function clients(): Promise<number[]> {
    const { stdout } = await run('pgrep', ['-f', `^ssh -F ${node.folder}`])
    return stdout.toString().split('\n').filter(Boolean).map(Number)
  }

  const go = () => node.inside('touch', '/srv/go')
  const sessions = (): number => transport.stats().get('ada')?.sessions ?? 0

  it('is taken up again where it broke, as often as it breaks', async () => {
    const work = await atWork()
    for (let times = 0; times < 2; times++) {
      const before = sessions()
      for (const pid of await clients()) process.kill(pid, 'SIGKILL')
      await vi.waitFor(() => expect(sessions()).toBeGreaterThan(before), 10_000)
      await vi.waitFor(async () => expect(await clients()).toHaveLength(1), 10_000)
    }
    await go()
    expect(await work.ended()).toMatchObject({
      reached: true,
      summary: { changed: 3, failed: 0 },
      outcomes: [
        { address: 'ada/file:/srv/first' },
        { address: 'ada/file:/srv/slow' },
        { address: 'ada/file:/srv/third' },
      ],
    })
    expect((await node.inside('ls', '/run/bramble')).stdout.toString()).toBe('lock\n')
    expect((await node.inside('ls', '/var/lib/bramble')).stdout.toString()).not.toContain('incoming')
  })

  it('is CONNECTION_LOST when nobody answers any more; the node finishes alone', async () => {
    const work = await atWork({ rejoinSeconds: 2 }, { connectTimeoutSeconds: 1 })
    const sshd = await node.sshd()
    for (const pid of await clients()) process.kill(pid, 'SIGKILL')
    process.kill(sshd, 'SIGSTOP')
    try {
      expect(await work.ended()).toMatchObject({
        reached: false,
        failure: {
          code: 'CONNECTION_LOST',
          why: 'its program goes on without us, so its changes may be complete by now',
        },
      })
    } finally {
      process.kill(sshd, 'SIGCONT')
    }
    await go()
    await vi.waitFor(async () => expect(await node.text('/srv/third')).toBe('3'), 10_000)
    await vi.waitFor(async () => expect(await node.text('/run/bramble/lease')).toBeUndefined(), 10_000)
    expect(await observe(pushRun(transport), program, 'apply', quiet)).toMatchObject({
      reached: true,
      differing: [],
    })
  })

  it('is PROGRAM_BROKE_OFF when the plug was pulled', async () => {
    const work = await atWork()
    await node.stop()
    await node.start()
    expect(await work.ended()).toMatchObject({
      reached: false,
      failure: {
        code: 'PROGRAM_BROKE_OFF',
        summary: 'the program of ada did not come to its end: it is gone, and perhaps the node restarted',
      },
    })
  })

  it('is PROGRAM_BROKE_OFF when the program is killed, with its status', async () => {
    const work = await atWork()
    await node.inside('pkill', '-KILL', '-f', '^sh run-.* converge')
    await go()
    expect(await work.ended()).toMatchObject({
      reached: false,
      failure: {
        code: 'PROGRAM_BROKE_OFF',
        summary: expect.stringContaining('it ended with status 137') as string,
      },
    })
    expect(await node.text('/run/bramble/lease')).toBeUndefined()
  })

  it('is PROGRAM_BROKE_OFF when everything of it is killed: a silent node is asked', async () => {
    const work = await atWork({ silenceSeconds: 1 })
    await node.inside('pkill', '-KILL', '-f', '^sh -c cd /run/bramble')
    await node.inside('pkill', '-KILL', '-f', '^sh run-.* converge')
    await go()
    expect(await work.ended()).toMatchObject({
      reached: false,
      failure: { code: 'PROGRAM_BROKE_OFF', summary: expect.stringContaining('it is gone') as string },
    })
    // The lease of a dead program holds nobody up who knows that its run is dead.
    const next = pushRun(transport, { deadRuns: [work.push.run] })
    expect(await observe(next, program, 'apply', quiet)).toMatchObject({ reached: true })
  })

  it('is PROGRAM_GOES_ON when the run is stopped by hand, and the node goes on to the end', async () => {
    const stop = new AbortController()
    const work = await atWork({ signal: stop.signal })
    stop.abort()
    expect(await work.ended()).toMatchObject({
      reached: false,
      failure: {
        code: 'PROGRAM_GOES_ON',
        fix: expect.stringContaining('it follows the program to its end') as string,
      },
    })
    await go()
    await vi.waitFor(async () => expect(await node.text('/srv/third')).toBe('3'), 10_000)
    const early = pushRun(transport, { signal: stop.signal })
    expect(await observe(early, program, 'plan', quiet)).toMatchObject({
      failure: { code: 'DELIVERY_STOPPED', why: 'nothing was changed on it' },
    })
  })

  describe('on trial', () => {
    const trial = programOf('ada', [file({ path: '/srv/firewall', content: 'open', trial: true })])

    it('is kept when a new connection confirms it', async () => {
      const push = pushRun(transport)
      const found = await observe(push, trial, 'apply', quiet)
      if (!found.reached) throw new Error(found.failure.summary)
      expect(await converge(push, trial, found, quiet)).toMatchObject({ summary: { changed: 1, failed: 0 } })
      expect(await node.text('/srv/firewall')).toBe('open')
      // Check, converge, and the new connection.
      expect(sessions()).toBe(3)
    })

    it('is not confirmed when there is none any more: a confirmation that comes after a restart leaves nothing', async () => {
      await node.inside('sh', '-c', 'mkdir -p /run/bramble')
      await confirmTrial(pushRun(transport), 'ada', 5, () => false, quiet)
      expect((await node.inside('ls', '-A', '/run/bramble')).stdout.toString()).toBe('')
    })

    it('is undone by the node when no new connection comes through, and has failed', async () => {
      const push = pushRun(transport, { trialSeconds: 3 })
      const found = await observe(push, trial, 'apply', quiet)
      if (!found.reached) throw new Error(found.failure.summary)
      const keys = join(node.folder, 'keys')
      const done = await converge(push, trial, found, (event) => {
        // The connection at hand stays; a new one is refused.
        if (event.type === 'phase-started' && event.phase === 'converge')
          void rename(keys, `${keys}.away`).catch(quiet)
      })
      await rename(`${keys}.away`, keys)
      expect(done).toMatchObject({
        reached: true,
        summary: { changed: 0, failed: 1 },
        outcomes: [
          {
            address: 'ada/file:/srv/firewall',
            outcome: 'failed',
            message: expect.stringMatching(
              /^undone: no new connection confirmed the change in time: ada refuses the login of root/,
            ) as string,
          },
        ],
      })
      expect(await node.text('/srv/firewall')).toBeUndefined()
    })
  })

  it.each([5, 5 << 20])(
    'tells a file of this computer that changed meanwhile from a broken connection',
    async (size) => {
      const path = join(node.folder, 'release')
      const bytes = Buffer.alloc(size, 'x')
      await writeFile(path, bytes)
      const resource = file({ path: '/srv/release', content: bytes })
      const sha256 = resource.contents[0]?.sha256 ?? ''
      const contents = [{ sha256, bytes: { path, size: size + 1 }, sensitive: false }]
      const push = pushRun(transport)
      const wrong = programOf('ada', [{ ...resource, contents }])
      const found = await observe(push, wrong, 'apply', quiet)
      if (!found.reached) throw new Error(found.failure.summary)
      await expect(converge(push, wrong, found, quiet)).rejects.toThrow(
        `has ${size} bytes and not ${size + 1}`,
      )
    },
  )
})
