/** Nodes behind a node, for real: what is made goes there first, what is changed or started anew goes there last. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Event } from '../../src/events/event.ts'
import { labPreflight } from '../../src/lab/lab.ts'
import { ClusterUnderTest, failures } from './cluster-under-test.ts'

const lacking = await labPreflight()
if (lacking.length > 0)
  console.log(`skipped, the tests on real nodes cannot run here:\n  ${lacking.join('\n  ')}`)

const NODES = ['hammond', 'oneil', 'carter']

const CLUSTER = `cluster: ways
domain: ways.home.arpa
nodes:
  hammond: { address: 192.168.42.10, memory: 512MiB }
  oneil: { address: 172.19.181.1, via: hammond, memory: 512MiB }
  carter: { address: 172.19.181.2, via: hammond, memory: 512MiB }
roles:
  units:
    - on: all
      unit: ticker.service
      content: |
        [Service]
        ExecStart=sleep 1000000
        [Install]
        WantedBy=multi-user.target
  restarts: { on: all }
`

/** A role of its own: its nodes are started anew when Debian asks for it. */
const RESTARTS = `import { defineRole, reboot, z } from 'bramble'

export default defineRole({
  name: 'restarts',
  summary: 'Starts the board anew when a package asks for it.',
  options: z.strictObject({}),
  resources: () => [reboot({ whenKernelIsOlder: false })],
})
`

/** Nodes in the order in which something began on them. */
function begun(events: readonly Event[], phase: 'converge' | 'reboot'): string[] {
  const nodes = events.flatMap((event) =>
    event.type === 'phase-started' && event.phase === phase && event.detail === undefined ? [event.node] : [],
  )
  return [...new Set(nodes)]
}

/** The place of the first event like this. */
function placeOf(events: readonly Event[], type: Event['type'], node: string, after = 0): number {
  return events.findIndex(
    (event, index) => index >= after && event.type === type && 'node' in event && event.node === node,
  )
}

describe.skipIf(lacking.length > 0)('nodes that are reached through another one', () => {
  const cluster = new ClusterUnderTest('ways', CLUSTER)
  mkdirSync(join(cluster.folder, 'roles'))
  writeFileSync(join(cluster.folder, 'roles', 'restarts.ts'), RESTARTS)

  beforeAll(async () => {
    const up = await cluster.bramble('lab', 'up')
    expect(up.code, up.errors).toBe(0)
  })
  afterAll(() => cluster.remove())

  it('are made when the way to them is', async () => {
    const plan = await cluster.bramble('plan')
    expect(plan.text).toContain('oneil and carter after hammond, which is the way to them')
    const events = await cluster.events('apply', '--yes')
    expect(events.at(-1)).toMatchObject({ outcome: 'changed' })
    const done = events.findLastIndex(
      (event) => event.type === 'resource-changed' && event.node === 'hammond',
    )
    for (const node of ['oneil', 'carter'])
      expect(placeOf(events, 'resource-changed', node)).toBeGreaterThan(done)
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('are changed before the way to them is', async () => {
    cluster.edit((text) => text.replace('1000000', '2000000'))
    const plan = await cluster.bramble('plan')
    expect(plan.text).toContain('hammond after oneil and carter, which are reached through it')
    const events = await cluster.events('apply', '--yes')
    expect(events.at(-1)).toMatchObject({ outcome: 'changed' })
    expect(begun(events, 'converge')).toEqual(['oneil', 'carter', 'hammond'])
  })

  it('are started anew one after the other, each back before the next, and the way to them last', async () => {
    const bootOf = (node: string) => cluster.output(node, 'cat', '/proc/sys/kernel/random/boot_id')
    const before = await Promise.all(NODES.map(bootOf))
    for (const node of NODES) await cluster.write(node, '/run/reboot-required', '')
    const events = await cluster.events('apply', '--yes')
    expect(events.at(-1)).toMatchObject({ outcome: 'changed', summary: { changed: 3 } })
    const order = ['oneil', 'carter', 'hammond']
    expect(begun(events, 'reboot'), failures(events).join('\n')).toEqual(order)
    const wentDown = order.map((node) =>
      events.findIndex(
        (event) => event.type === 'phase-started' && event.phase === 'reboot' && event.node === node,
      ),
    )
    for (const [index, node] of order.entries()) {
      const isBack = placeOf(events, 'node-connected', node, wentDown[index])
      expect(isBack).toBeGreaterThan(0)
      expect(isBack).toBeLessThan(wentDown[index + 1] ?? events.length)
    }
    const after = await Promise.all(NODES.map(bootOf))
    expect(after.filter((boot) => before.includes(boot))).toEqual([])
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })
})
