import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import type { EventBody } from '../../events/event.ts'
import { file } from '../../resources/file/file.ts'
import { converge, observe } from './push.ts'

if (noScratchNodes !== undefined) console.warn(`push.test.ts is skipped: ${noScratchNodes}`)

describe.skipIf(noScratchNodes !== undefined)('a push', () => {
  let node: ScratchNode
  beforeAll(async () => {
    node = await scratchNode()
  })
  afterAll(() => node.remove())

  it('observes, carries out, and finds nothing to do afterwards', async () => {
    const transport = await node.transport([node.dial('ada')])
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
    const second = await observe(pushRun(transport), program, 'apply', () => undefined)
    expect(second).toMatchObject({ reached: true, differing: [], orphans: [] })
    expect((await node.inside('ls', '/run/bramble')).stdout.toString()).toBe('lock\n')
    expect(readFileSync(transport.knownHostsFile, 'utf8')).toMatch(/^ada ssh-ed25519 /)
    await transport.close()
  })
})
