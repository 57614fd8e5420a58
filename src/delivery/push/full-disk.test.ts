import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { file } from '../../resources/file/file.ts'
import type { Program } from '../../compile/compile.ts'
import type { Transport } from '../transport/transport.ts'
import { converge, observe } from './push.ts'

if (noScratchNodes !== undefined) console.warn(`full-disk.test.ts is skipped: ${noScratchNodes}`)

const quiet = (): void => undefined

describe.skipIf(noScratchNodes !== undefined)('a node that cannot keep what it is sent', () => {
  let node: ScratchNode
  let transport: Transport
  beforeAll(async () => {
    node = await scratchNode()
  })
  beforeEach(async () => {
    transport = await node.transport([node.dial('ada')])
  })
  afterEach(async () => {
    await transport.close()
    await node.inside('mount', '-o', 'remount,rw', '/var/lib')
    await node.inside('sh', '-c', 'rm -rf /srv/* /var/lib/bramble/* /run/bramble')
  })
  afterAll(() => node.remove())

  async function failureOf(program: Program): Promise<Diagnostic> {
    const push = pushRun(transport)
    const found = await observe(push, program, 'apply', quiet)
    if (!found.reached) return found.failure
    const done = await converge(push, program, found, quiet)
    if (done.reached) throw new Error(JSON.stringify(done))
    return done.failure
  }

  const incoming = async (): Promise<string> =>
    (await node.inside('find', '/var/lib/bramble/incoming')).stdout.toString()

  it('is DISK_FULL when what it lacks does not fit; nothing of it stays, and the next apply succeeds', async () => {
    const large = programOf('ada', [file({ path: '/srv/large', content: randomBytes(9 << 20) })])
    expect(await failureOf(large)).toMatchObject({
      code: 'DISK_FULL',
      summary: 'there is no space left on ada (/var/lib/bramble)',
    })
    expect(await incoming()).toBe('')
    const small = programOf('ada', [file({ path: '/srv/small', content: 'x' })])
    // Nobody has to wait until the time of the first one is over: it gave the node back.
    const next = pushRun(transport)
    const found = await observe(next, small, 'apply', quiet)
    if (!found.reached) throw new Error(found.failure.summary)
    expect(await converge(next, small, found, quiet)).toMatchObject({
      reached: true,
      summary: { changed: 1 },
    })
  })

  it('is DISK_FULL when there is no room for the program in memory', async () => {
    await node.inside('mkdir', '-p', '/run/bramble')
    await node.inside('mount', '-t', 'tmpfs', '-o', 'size=4k', 'scratch', '/run/bramble')
    const failure = await failureOf(programOf('ada', [file({ path: '/srv/any', content: 'x' })]))
    await node.inside('umount', '/run/bramble')
    expect(failure).toMatchObject({ code: 'DISK_FULL', summary: 'there is no space left on ada (/run)' })
  })

  it('is DISK_FULL when resources fail for lack of room, and says where', async () => {
    const inside = (...argv: string[]) => node.inside(...argv)
    await inside(
      'sh',
      '-c',
      'mkdir -p /srv/small && mount -t tmpfs -o size=4k scratch /srv/small && echo >/srv/small/x',
    )
    const push = pushRun(transport)
    const program = programOf('ada', [
      file({ path: '/srv/small/file', content: 'x' }),
      file({ path: '/srv/other', content: 'y' }),
    ])
    const found = await observe(push, program, 'apply', quiet)
    if (!found.reached) throw new Error(found.failure.summary)
    const done = await converge(push, program, found, quiet)
    await inside('umount', '/srv/small')
    expect(done).toMatchObject({
      reached: true,
      summary: { changed: 1, failed: 1 },
      medium: { code: 'DISK_FULL', summary: expect.stringContaining('(file:/srv/small/file)') as string },
      outcomes: expect.arrayContaining([
        expect.objectContaining({
          outcome: 'failed',
          message: expect.not.stringMatching(/\.sh: \d+:/) as string,
        }),
      ]) as unknown,
    })
  })

  it('is ROOT_READ_ONLY when its disk is', async () => {
    await node.inside('mount', '-o', 'remount,ro', '/var/lib')
    expect(await failureOf(programOf('ada', [file({ path: '/srv/any', content: 'x' })]))).toMatchObject({
      code: 'ROOT_READ_ONLY',
      summary: expect.stringContaining('/var/lib/bramble') as string,
    })
  })
})
