import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noScratchNodes, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import { onceOver } from './once.ts'
import type { Transport } from './transport.ts'

if (noScratchNodes !== undefined) console.warn(`once.test.ts is skipped: ${noScratchNodes}`)

/** Gives another answer each time it is run, and counts. */
const COUNTS =
  'n=$(cat /srv/count 2>/dev/null || echo 0); n=$((n + 1)); echo $n >/srv/count; echo "answer $n"'
const READY = 'echo here >/srv/here; read -r go </srv/gate; echo done'

describe.skipIf(noScratchNodes !== undefined)('a program that gives its answer only once', () => {
  let node: ScratchNode
  let transport: Transport
  const once = (over: Transport = transport) => onceOver((name, argv, input) => over.run(name, argv, input))
  beforeAll(async () => {
    node = await scratchNode({ prepare: 'mkfifo /srv/gate' })
    transport = await node.transport([node.dial('root')])
  })
  afterAll(async () => {
    await transport.close()
    await node.remove()
  })

  it('is run once; who asks again gets the same answer until it is forgotten', async () => {
    const ask = () => once().ask('root', 'counts', ['sh', '-c', COUNTS])
    expect((await ask()).stdout.toString()).toBe('answer 1\n')
    expect((await ask()).stdout.toString()).toBe('answer 1\n')
    await once().forget('root', 'counts')
    expect((await node.inside('ls', '-A', '/run/bramble/answers')).stdout.toString()).toBe('')
    expect((await ask()).stdout.toString()).toBe('answer 2\n')
  })

  it('keeps it for root alone', async () => {
    await once().ask('root', 'hidden', ['echo', 'secret'])
    const modes = await node.inside(
      'stat',
      '-c',
      '%a %U',
      '/run/bramble/answers',
      '/run/bramble/answers/hidden',
    )
    expect(modes.stdout.toString()).toBe('700 root\n600 root\n')
  })

  it('that fails leaves nothing, and is run again', async () => {
    const failed = await once().ask('root', 'fails', ['sh', '-c', 'echo half; echo why >&2; exit 3'])
    expect(failed).toMatchObject({ code: 3, stderr: 'why' })
    expect(failed.stdout.toString()).toBe('')
    expect((await once().ask('root', 'fails', ['echo', 'whole'])).stdout.toString()).toBe('whole\n')
  })

  it('goes on without who asked, is not begun twice meanwhile, and its answer is there for the next', async () => {
    const own = await node.transport([node.dial('root')])
    const lost = once(own)
      .ask('root', 'slow', ['sh', '-c', READY])
      .catch((error: unknown) => error)
    await eventually(() => node.inside('test', '-s', '/srv/here'))
    await own.close()
    await lost
    expect((await once().ask('root', 'slow', ['echo', 'another'])).code).toBe(75)
    await node.inside('sh', '-c', 'echo go >/srv/gate')
    await eventually(() => node.inside('test', '-f', '/run/bramble/answers/slow'))
    expect((await once().ask('root', 'slow', ['echo', 'another'])).stdout.toString()).toBe('done\n')
  })
})

async function eventually(ask: () => Promise<{ readonly code: number }>): Promise<void> {
  const end = Date.now() + 20_000
  while ((await ask()).code !== 0) if (Date.now() > end) throw new Error('it does not come about')
}
