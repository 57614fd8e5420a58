/** `examples/kuber5`: what goes below Kubernetes on five boards, by one apply; one is reset, and nothing is left in the end: `npm run test:examples`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { changesIn, treeOf } from '../../lab/tree.ts'

const NODES = ['rasp1', 'rasp2', 'rasp3', 'rasp4', 'rasp5']

describe.skipIf(hasNoLab)('five boards for Kubernetes', () => {
  const cluster = new ClusterUnderTest('kuber5')
  const bare = new Map<string, readonly string[]>()

  /** Debian's python3 leaves its settings when it goes. */
  const left = async (node: string) =>
    changesIn(bare.get(node) ?? [], await treeOf(cluster, node)).filter(
      (line) => !line.includes('/etc/python3'),
    )

  beforeAll(async () => {
    cluster.settings = []
    await cluster.labUp()
    for (const node of NODES) bare.set(node, await treeOf(cluster, node))
  })
  afterAll(() => cluster.remove())

  it('are made ready by one apply, and are as wanted then', async () => {
    expect(await cluster.apply()).toMatchObject({ outcome: 'changed', failedNodes: [] })
    await cluster.well()
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('have their time zone, their clock and no swap', async () => {
    for (const node of NODES) {
      expect([node, await cluster.output(node, 'readlink', '/etc/localtime')]).toEqual([
        node,
        '/usr/share/zoneinfo/Europe/Lisbon',
      ])
      expect([node, await cluster.output(node, 'systemctl', 'is-active', 'chrony')]).toEqual([node, 'active'])
      expect([node, await cluster.text(node, 'swapon', '--show', '--noheadings')]).toEqual([node, ''])
    }
  })

  it('are restarted one after the other where that is due', async () => {
    await Promise.all(NODES.map((node) => cluster.output(node, 'touch', '/run/reboot-required')))
    const events = await cluster.events('update', '--yes')
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', failedNodes: [] })
    const restarted = events.flatMap((event) =>
      event.type === 'phase-started' && event.phase === 'reboot' ? [event.node] : [],
    )
    expect(restarted.toSorted()).toEqual(NODES)
    await cluster.well()
  })

  it('are as they were before: one alone, and then all of them', async () => {
    const reset = await cluster.bramble('reset', 'rasp3', '--yes')
    expect(reset.code, reset.text + reset.errors).toBe(0)
    expect(await left('rasp3')).toEqual([])
    const { code, text, errors } = await cluster.bramble('destroy', '--yes')
    expect(code, text + errors).toBe(0)
    for (const node of NODES) expect([node, await left(node)]).toEqual([node, []])
  })
})
