/** What every role owes to whoever pulls the plug: all nodes killed and started, it is back by itself. The roles say what to look at; see live-role.ts. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labKill, labStart } from '../../src/lab/lab.ts'
import { ClusterUnderTest, hasNoLab } from '../lab/cluster-under-test.ts'
import { changesIn, stateOf } from '../lab/tree.ts'
import { LIVE_NODES, liveCluster, liveRolesOf, writeLiveFiles, type LiveRole } from './live-role.ts'

/** What a lab adds. */
export interface PowerCut extends Pick<LiveRole, 'lane' | 'release'> {
  /** Why it cannot be run here; printed. */
  readonly lacks?: string | undefined
  /** More of the cluster file: services, options of nodes. */
  readonly more?: Readonly<Record<string, unknown>>
  /** Brings onto the nodes what the roles cannot fetch; before the first apply or after it. */
  readonly before?: (cluster: ClusterUnderTest) => Promise<void>
  readonly prepare?: (cluster: ClusterUnderTest) => Promise<void>
  /** What only whoever applies may do once the nodes are started: open what is sealed by design. Left out, nothing is. */
  readonly open?: (cluster: ClusterUnderTest) => Promise<void>
  /** What else is tried with these nodes, after the plug was pulled. */
  readonly afterwards?: (cluster: () => ClusterUnderTest) => void
  /** Paths that may stay when all roles have left, as one expression. */
  readonly stays?: RegExp
}

/** The tests of one lab. */
export async function describePowerCut(given: PowerCut): Promise<void> {
  const { release, lacks, before, prepare, open, afterwards, stays } = given
  const more = { ...(release && { lab: { release } }), ...given.more }
  const live = await liveRolesOf(given)
  const title = `the roles ${[...live.keys()].join(', ')}`

  if (lacks !== undefined) console.log(`skipped: ${lacks}`)

  describe.skipIf(hasNoLab || lacks !== undefined)(title, () => {
    const cluster = new ClusterUnderTest('live', liveCluster(live, more))
    const bare = new Map<string, readonly string[]>()
    beforeAll(async () => {
      writeLiveFiles(live, cluster.folder)
      await cluster.labUp('--share-memory')
      await before?.(cluster)
      for (const node of LIVE_NODES) bare.set(node, await stateOf(cluster, node))
    })
    afterAll(() => cluster.remove())

    const shown = [...live].flatMap(([role, { shows = [] }]) => shows.map((one) => ({ role, ...one })))
    async function showsAll(): Promise<void> {
      for (const { role, node, run, prints } of shown)
        expect([role, node, await cluster.text(node, ...run)]).toEqual([role, node, prints])
    }
    const boots = () =>
      Promise.all(LIVE_NODES.map((node) => cluster.output(node, 'cat', '/proc/sys/kernel/random/boot_id')))

    it('do what they are for', async () => {
      // What waits for something that is brought afterwards is not well yet.
      if (prepare) {
        await cluster.bramble('apply', '--yes')
        await prepare(cluster)
      }
      await cluster.apply()
      await cluster.well()
      await showsAll()
    })

    const how = open === undefined ? 'by themselves' : 'once they are opened'
    it(`are back ${how} after all nodes were killed and started, with nothing to do`, async () => {
      const old = await boots()
      for (const node of LIVE_NODES) await labKill(cluster.id, node)
      await Promise.all(LIVE_NODES.map((node) => labStart(cluster.id, node)))
      await open?.(cluster)
      await cluster.well()
      const now = await boots()
      expect(now.filter((id) => old.includes(id))).toEqual([])
      await showsAll()
      const failed = ['systemctl', 'list-units', '--state=failed', '--plain', '--no-legend']
      for (const node of LIVE_NODES) expect([node, await cluster.text(node, ...failed)]).toEqual([node, ''])
      expect((await cluster.apply()).outcome).toBe('unchanged')
    })

    afterwards?.(() => cluster)

    it('leave nothing when they leave', async () => {
      const options = / {4}options:\n {6}base:\n {8}.*\n/
      cluster.edit((text) => text.replace(options, '').replace(/^(services|roles):[^]*$/m, ''))
      await cluster.apply()
      for (const node of LIVE_NODES) {
        const left = changesIn(bare.get(node) ?? [], await stateOf(cluster, node))
        expect([node, ...left.filter((line) => !stays?.test(line))]).toEqual([node])
      }
    })
  })
}
