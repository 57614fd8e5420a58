import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import type { Program } from '../../compile/compile.ts'
import { file } from '../../resources/file/file.ts'
import type { Transport } from '../transport/transport.ts'
import { converge, observe } from './push.ts'
import type { Convergence, HeldObservation } from './push.ts'
import { RUNNER, SCRIPTS } from './scripts.ts'

/** The shell of the sessions themselves: of a look, and of a look with a change after it. */
const LOOK_BYTES = SCRIPTS.observe.length
const CHANGE_BYTES = LOOK_BYTES + SCRIPTS.converge.length + RUNNER.length

if (noScratchNodes !== undefined) console.warn(`kept-runtime.test.ts is skipped: ${noScratchNodes}`)

const quiet = (): void => undefined
const FOLDER = '/var/lib/bramble/runtime'
/** The folder that sessions look into first has all of busybox's applets, so nothing else is found. */
const BUSYBOX = 'mount -t tmpfs scratch /usr/local/sbin; busybox --install -s /usr/local/sbin'
const TAMPERING = [
  `sed -i '2i : >/srv/tampered' "$1"`,
  // What a card that broke may leave.
  'sed -i 20q "$1"',
  ': >"$1"',
]
const NODES = [
  ['dash', {}],
  ['busybox', { prepare: BUSYBOX, sshd: ['SetEnv PATH=/usr/local/sbin:/usr/bin:/bin'] }],
] as const

describe.skipIf(noScratchNodes !== undefined).each(NODES)(
  'the runtime that a node with %s keeps',
  (_, how) => {
    let node: ScratchNode
    let transport: Transport
    beforeAll(async () => {
      node = await scratchNode(how)
    })
    beforeEach(async () => {
      transport = await node.transport([node.dial('ada')])
      await node.inside('sh', '-c', 'rm -rf /srv/* /var/lib/bramble/* /run/bramble/*')
    })
    afterEach(() => transport.close())
    afterAll(() => node.remove())

    const greeting = (content: string, mode = '644'): Program =>
      programOf('ada', [file({ path: '/srv/greeting', content, mode })])
    const kept = async (): Promise<string> => (await node.inside('ls', FOLDER)).stdout.toString()
    const sent = (): { sessions: number; bytesSent: number } => ({
      sessions: 0,
      bytesSent: 0,
      ...transport.stats().get('ada'),
    })

    async function seen(program: Program, runtime?: string): Promise<HeldObservation> {
      const found = await observe(pushRun(transport), program, 'apply', quiet, { runtime })
      if (!found.reached) throw new Error(JSON.stringify(found.failure))
      return found
    }

    async function applied(program: Program, runtime?: string): Promise<Convergence> {
      const push = pushRun(transport)
      const found = await observe(push, program, 'apply', quiet, { runtime })
      const done = found.reached ? await converge(push, program, found, quiet) : found
      if (!done.reached) throw new Error(JSON.stringify(done.failure))
      expect(done.summary).toMatchObject({ changed: 1, failed: 0 })
      return done
    }

    it('comes with the first program, and the next is its rows alone', async () => {
      const first = greeting('hello')
      const done = await applied(first)
      expect(done.facts['runtime']).toBe(first.runtime)
      expect(await kept()).toBe(`${first.runtime}.sh\n`)
      const { stdout } = await node.inside('stat', '-c', '%a %u', `${FOLDER}/${first.runtime}.sh`, FOLDER)
      expect(stdout.toString()).toBe('600 0\n700 0\n')
      const complete = sent()
      expect((await seen(first, done.facts['runtime'])).differing).toEqual([])
      const again = sent()
      expect(again.sessions - complete.sessions).toBe(1)
      expect(again.bytesSent - complete.bytesSent).toBeLessThan(LOOK_BYTES + 1024)
      expect((await applied(greeting('good bye'), first.runtime)).facts['runtime']).toBe(first.runtime)
      expect(sent().sessions - again.sessions).toBe(2)
      expect(sent().bytesSent - again.bytesSent).toBeLessThan(CHANGE_BYTES + 2048)
      expect(await node.text('/srv/greeting')).toBe('good bye')
    })

    it('is not taken away or changed by a plan, nor by programs of other kinds that change nothing', async () => {
      const { runtime } = greeting('hello')
      await applied(greeting('hello'))
      const found = await observe(pushRun(transport), programOf('ada', []), 'plan', quiet)
      expect(found).toMatchObject({ reached: true, facts: { runtime } })
      expect(await kept()).toBe(`${runtime}.sh\n`)
    })

    it('is sent again within the same run when it is not there after all', async () => {
      const program = greeting('hello')
      await applied(program, program.runtime)
      expect(sent().sessions).toBe(3)
      expect(await node.text('/srv/greeting')).toBe('hello')
      expect(await kept()).toBe(`${program.runtime}.sh\n`)
    })

    it.each(TAMPERING)('is refused when it is not what its name says, and replaced', async (tampering) => {
      const program = greeting('hello')
      const path = `${FOLDER}/${program.runtime}.sh`
      await applied(program)
      const right = await node.text(path)
      await node.inside('sh', '-c', tampering, 'sh', path)
      expect(await node.text(path)).not.toBe(right)
      const before = sent().sessions
      await applied(greeting('good bye'), program.runtime)
      expect(sent().sessions - before).toBe(3)
      expect(await node.text('/srv/tampered')).toBeUndefined()
      expect(await node.text(path)).toBe(right)
    })

    it('makes room for the one of another program, and goes with the last thing that is owned', async () => {
      const program = greeting('hello')
      await node.inside('sh', '-c', `mkdir -p ${FOLDER} && echo old >${FOLDER}/${'0'.repeat(64)}.sh`)
      await applied(program)
      expect(await kept()).toBe(`${program.runtime}.sh\n`)
      const push = pushRun(transport)
      const removing = programOf('ada', [], ['file'])
      const found = await observe(push, removing, 'apply', quiet, { runtime: program.runtime })
      if (!found.reached) throw new Error(JSON.stringify(found.failure))
      expect(await converge(push, removing, found, quiet)).toMatchObject({ reached: true })
      expect((await node.inside('ls', '-A', '/var/lib/bramble')).stdout.toString()).toBe('')
    })

    it('carries links to the node as the complete program does', async () => {
      const program = greeting('hello')
      await applied(program)
      const found = await observe(pushRun(transport), program, 'apply', quiet, {
        link: true,
        runtime: program.runtime,
      })
      if (!found.reached) throw new Error(JSON.stringify(found.failure))
      await found.letGo()
      expect(found.differing).toEqual([])
    })

    it('leaves contents at home that are already there: a file of which only the mode differs', async () => {
      const content = randomBytes(40_000).toString('base64')
      await applied(greeting(content))
      const { runtime } = greeting(content)
      const before = sent().bytesSent
      await applied(greeting(content, '600'), runtime)
      expect(sent().bytesSent - before).toBeLessThan(CHANGE_BYTES + 1024)
      await node.inside('sh', '-c', 'rm /srv/greeting && ln -s /nowhere /srv/greeting')
      await applied(greeting(content), runtime)
      expect(await node.text('/srv/greeting')).toBe(content)
    })

    it('says what to do when a content was there at the first look and is gone at the second', async () => {
      await applied(greeting('hello'))
      const push = pushRun(transport)
      const program = greeting('hello', '600')
      const found = await observe(push, program, 'apply', quiet)
      if (!found.reached) throw new Error(JSON.stringify(found.failure))
      await node.inside('sh', '-c', 'echo changed >/srv/greeting')
      const done = await converge(push, program, found, quiet)
      expect(done).toMatchObject({ reached: true, summary: { failed: 1 } })
      expect(JSON.stringify(done)).toContain('was not needed when the node was looked at; apply again')
    })
  },
)
