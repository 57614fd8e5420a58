/** Servers of a real datacenter that move, while clients write: one apply each, nothing lost, no gap longer than an election. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { labPreflight } from '../../../src/lab/lab.ts'
import { ClusterUnderTest } from '../../lab/cluster-under-test.ts'
import { labConsuls, PACKAGE_SETTINGS, releaseSettings } from '../../lab/consul-versions.ts'
import { ReleaseServer } from '../../releases/release-server.ts'
import { Writers } from './writers.ts'
import { join } from 'node:path'

const lacking = await labPreflight()
if (lacking.length > 0)
  console.log(`skipped, the tests on real nodes cannot run here:\n  ${lacking.join('\n  ')}`)

const NODES = ['ant', 'bee', 'cow', 'dog', 'eel']

const FILE = `cluster: moves
domain: moves.example.net

access: { user: pi }

nodes:
${NODES.map((name, index) => `  ${name}: { address: 192.168.231.${index + 1}, model: pi4, memory: 4GiB }`).join('\n')}

groups:
  core: [ant, bee, cow]

roles:
  base: { on: all, timezone: Europe/London }
  consul-server: { on: core, kv: { colour: red } }
  consul-client: { on: rest }

lab: { share_memory: true }
`

for (const consul of await labConsuls()) {
  const isSkipped = lacking.length > 0 || consul.lacks !== undefined
  describe.skipIf(isSkipped)(`servers of Consul ${consul.version} that move`, () => {
    let cluster: ClusterUnderTest
    let mirror: ReleaseServer

    beforeAll(async () => {
      cluster = new ClusterUnderTest('moves', FILE)
      mirror = await ReleaseServer.start()
      vi.stubEnv('XDG_CACHE_HOME', join(cluster.folder, 'cache'))
      if (consul.isPackage) cluster.settings = PACKAGE_SETTINGS
      else {
        await mirror.addEngine('consul')
        cluster.settings = releaseSettings(mirror)
      }
      const up = await cluster.bramble('lab', 'up')
      expect(up.code, up.errors).toBe(0)
      await cluster.apply()
    })
    afterAll(async () => {
      await cluster.remove()
      await mirror.stop()
      vi.unstubAllEnvs()
    })

    /** Changes the group, applies once while everybody writes, and says what the writers saw. */
    async function move(servers: readonly string[]): Promise<void> {
      const writers = await Writers.start(cluster, NODES)
      await writers.more(50)
      cluster.edit((text) => text.replace(/core: \[.*\]/, `core: [${servers.join(', ')}]`))
      await cluster.apply()
      await writers.more(50)
      const written = await writers.stop(servers[0] ?? '')
      const { acknowledged, longestGapSeconds } = written
      console.log(
        `Consul ${consul.version}, servers ${servers.join(', ')}: ${acknowledged} writes, longest gap ${longestGapSeconds} s`,
      )
      expect(written.lost).toEqual([])
      expect(await voters()).toEqual(servers.toSorted())
      expect((await cluster.apply()).outcome).toBe('unchanged')
    }

    /** Who votes, by the status. */
    async function voters(): Promise<string[]> {
      const status = JSON.parse(await cluster.well()) as {
        readonly engines: readonly {
          readonly members: readonly { readonly node: string; readonly voter?: boolean }[]
        }[]
      }
      const members = status.engines.flatMap((engine) => engine.members)
      return members.flatMap(({ node, voter }) => (voter === true ? [node] : [])).sort()
    }

    it.each([
      ['one moves to another node', ['ant', 'bee', 'dog']],
      ['and back', ['ant', 'bee', 'cow']],
      ['two are swapped for two others', ['ant', 'dog', 'eel']],
      ['three become five', ['ant', 'bee', 'cow', 'dog', 'eel']],
      ['five become three', ['bee', 'cow', 'dog']],
    ])('%s in one apply', async (_, servers) => move(servers))
  })
}
