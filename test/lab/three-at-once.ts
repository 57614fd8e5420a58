/** Three applies at once, one for each server: the group lets them through one after the other. */
import { describe, expect, it } from 'vitest'
import type { Event } from '../../src/events/event.ts'
import type { ClusterUnderTest } from './cluster-under-test.ts'

/** From when to when a server was away, in seconds of the epoch. */
interface Away {
  readonly node: string
  readonly from: number
  readonly to: number
}

/** When systemd began to stop the unit, by the journal of the node. All virtual nodes have one clock. */
async function stoppedAt(cluster: ClusterUnderTest, node: string): Promise<number> {
  const journal = ['journalctl', '--sync']
  await cluster.output(node, ...journal)
  const text = await cluster.output(node, 'journalctl', '--output=short-unix', '--no-pager', '--unit=consul')
  const line = text.split('\n').findLast((each) => /systemd\[1\]: Stopping /.test(each))
  return Number(line?.split(' ')[0])
}

/** When the run had the engine's word that the server votes and serves again. */
function backAt(events: readonly Event[], node: string): number {
  const back = events.find(
    (event) => event.type === 'gate-passed' && event.node === node && event.gate === 'consul',
  )
  return Date.parse(back?.at ?? '') / 1000
}

/** Registers it for a cluster that is up. */
export function describeThreeAtOnce(servers: readonly string[], cluster: () => ClusterUnderTest): void {
  describe('three applies at once, each for one server', () => {
    it('change one server at a time, wait for each other, and all come to their end', async () => {
      cluster().edit((text) => text.replace('ui: bobsrockets', 'ui: bobsrockets, raft_multiplier: 4'))
      const runs = await Promise.all(
        servers.map(async (node) => ({
          node,
          events: await cluster().events('apply', '--yes', '--node', node),
        })),
      )
      expect(runs.map(({ events }) => events.at(-1))).toEqual(
        servers.map(() => expect.objectContaining({ type: 'run-finished', outcome: 'changed' }) as unknown),
      )
      const away = await Promise.all(
        runs.map(async ({ node, events }): Promise<Away> => ({
          node,
          from: await stoppedAt(cluster(), node),
          to: backAt(events, node),
        })),
      )
      const inOrder = away.toSorted((a, b) => a.from - b.from)
      for (const { from, to } of inOrder) expect(to).toBeGreaterThan(from)
      // Before the next one was stopped, the one before it was back.
      expect(inOrder.slice(1).filter(({ from }, index) => from <= (inOrder[index]?.to ?? Infinity))).toEqual(
        [],
      )
      expect((await cluster().apply()).outcome).toBe('unchanged')
    })
  })
}
