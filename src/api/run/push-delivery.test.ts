import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import type { Transport } from '../../delivery/transport/transport.ts'
import { EMPTY_LOCK, withFacts, type ClusterLock } from '../../cluster-lock/cluster-lock.ts'
import { SCRIPTS } from '../../delivery/push/scripts.ts'
import { file } from '../../resources/file/file.ts'
import type { Delivery } from '../../rollout/work.ts'
import { pushDelivery } from './push-delivery.ts'

if (noScratchNodes !== undefined) console.warn(`push-delivery.test.ts is skipped: ${noScratchNodes}`)

describe.skipIf(noScratchNodes !== undefined)('what an apply learns of the runtime of a node', () => {
  let node: ScratchNode
  let transport: Transport
  let lock: ClusterLock = EMPTY_LOCK
  beforeAll(async () => {
    node = await scratchNode()
    transport = await node.transport([node.dial('ada')])
  })
  afterAll(async () => {
    await transport.close()
    await node.remove()
  })

  const program = programOf('ada', [file({ path: '/srv/greeting', content: 'hello' })])
  const apply = (): Delivery =>
    pushDelivery({
      push: pushRun(transport),
      mode: 'apply',
      program: () => program,
      linked: new Set(),
      emit: () => undefined,
      runtime: (name) => lock.nodes[name]?.['runtime'],
      noteFacts: (name, facts) => {
        lock = withFacts(lock, name, facts)
      },
      noteClock: () => undefined,
      noteObstacle: () => undefined,
    })
  const sent = (): number => transport.stats().get('ada')?.bytesSent ?? 0

  it('is in the cluster lock after the first, so that the second sends little in one session', async () => {
    const first = apply()
    expect(await first.observe('ada')).toMatchObject({ reached: true, pending: [{ action: 'create' }] })
    expect(lock.nodes['ada']?.['runtime']).toBeUndefined()
    expect(await first.converge('ada')).toMatchObject({ summary: { changed: 1, failed: 0 } })
    expect(lock.nodes['ada']).toMatchObject({
      runtime: program.runtime,
      machine: expect.any(String) as string,
    })
    const before = sent()
    expect(await apply().observe('ada')).toMatchObject({ reached: true, pending: [] })
    expect(sent() - before).toBeLessThan(SCRIPTS.observe.length + 1024)
    expect(transport.stats().get('ada')?.sessions).toBe(3)
  })
})
