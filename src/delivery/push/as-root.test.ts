import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noScratchNodes, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import type { Transport } from '../transport/transport.ts'
import { asRoot } from './push.ts'

if (noScratchNodes !== undefined) console.warn(`as-root.test.ts is skipped: ${noScratchNodes}`)

describe.skipIf(noScratchNodes !== undefined)('a command as root', () => {
  let node: ScratchNode
  let transport: Transport
  beforeAll(async () => {
    node = await scratchNode()
    transport = await node.transport([node.dial('ada')])
  })
  afterAll(async () => {
    await transport.close()
    await node.remove()
  })

  it('gives its status and its last lines, and gets its words as they are', async () => {
    const words = ['sh', '-c', 'echo "$1"; echo "$2" >&2; exit 3', 'sh', "it's $HOME", 'a  b\u001b[2J']
    expect(await asRoot(pushRun(transport), 'ada', words)).toEqual({
      reached: true,
      status: 3,
      output: ["it's $HOME", 'a  b\u241b[2J'],
    })
  })

  it('is a failure when it takes the connection with it', async () => {
    const parent = ['sh', '-c', 'kill -KILL 0']
    expect(await asRoot(pushRun(transport), 'ada', parent)).toMatchObject({ reached: false })
  })
})
