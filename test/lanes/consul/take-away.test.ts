/** `reset` and `destroy` of a real datacenter: a server leaves in its turn, the last one is not lost by the way, and nothing of it stays. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Event } from '../../../src/events/event.ts'
import { labPreflight } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { ClusterUnderTest } from '../../lab/cluster-under-test.ts'
import { labConsuls, PACKAGE_SETTINGS, releaseSettings } from '../../lab/consul-versions.ts'
import { changesIn, treeOf } from '../../lab/tree.ts'
import { ReleaseServer } from '../../releases/release-server.ts'
import { Writers, writtenText } from './writers.ts'

const lacking = await labPreflight()
if (lacking.length > 0)
  console.log(`skipped, the tests on real nodes cannot run here:\n  ${lacking.join('\n  ')}`)

const SERVERS = ['ant', 'bee', 'cow']
const NODES = [...SERVERS, 'dog']

const TEXT = `cluster: takeaway
domain: office.example.net
access: { user: pi }
lab: { share_memory: true }
nodes:
${NODES.map((name, index) => `  ${name}: { address: 192.0.2.${index + 1}, model: pi4, memory: 4GiB }`).join('\n')}
groups:
  core: [ant, bee, cow]
roles:
  base: { on: all, time: { sync: false } }
  consul-server: { on: core, kv: { colour: red } }
  consul-client: { on: rest }
  reader: { on: dog }
`

/** It stands on what the servers keep. */
const READER = `import { defineRole, file, z } from 'bramble'
export default defineRole({
  name: 'reader',
  summary: 'Reads what the servers keep.',
  options: z.strictObject({}),
  follows: ({ cluster }) => cluster.find('consul-server').map(({ name }) => name),
  resources: () => [file({ path: '/etc/reader', content: 'it reads' })],
})
`

for (const consul of await labConsuls()) {
  const isSkipped = lacking.length > 0 || consul.lacks !== undefined
  describe.skipIf(isSkipped)(`taking Consul ${consul.version} away`, () => {
    let cluster: ClusterUnderTest
    let mirror: ReleaseServer
    const before = new Map<string, Awaited<ReturnType<typeof treeOf>>>()

    beforeAll(async () => {
      mirror = await ReleaseServer.start()
      cluster = new ClusterUnderTest('takeaway', TEXT)
      mkdirSync(join(cluster.folder, 'roles'))
      writeFileSync(join(cluster.folder, 'roles/reader.ts'), READER)
      vi.stubEnv('XDG_CACHE_HOME', join(cluster.folder, 'cache'))
      cluster.settings = PACKAGE_SETTINGS
      if (!consul.isPackage) {
        await mirror.addEngine('consul')
        cluster.settings = releaseSettings(mirror)
      }
      const up = await cluster.bramble('lab', 'up')
      expect(up.code, up.errors + up.text).toBe(0)
      for (const node of NODES) before.set(node, await treeOf(cluster, node))
      await cluster.apply()
      await cluster.well()
    })
    afterAll(async () => {
      await cluster?.remove()
      await mirror.stop()
      vi.unstubAllEnvs()
    })

    const token = async (): Promise<string> =>
      (await cluster.bramble('secrets', 'show', 'consul/management', '--field', 'secretId')).text.trim()

    /** These vote, in the words of the node that is asked, once the election is over that the leave of a leader brings. */
    async function voteNow(asked: string, wanted: readonly string[]): Promise<void> {
      const voting = await poll(
        async () => {
          const found = await voters(asked)
          return { passed: found.join() === wanted.join(), detail: found.join() }
        },
        { patienceSeconds: 60 },
      )
      expect(voting.passed, voting.detail).toBe(true)
    }

    /** Who votes, in the words of the node that is asked; what it says where it cannot tell. */
    async function voters(asked: string): Promise<string[]> {
      const url = 'http://127.0.0.1:8500/v1/operator/raft/configuration'
      const script = `fetch('${url}', { headers: { 'x-consul-token': process.argv[1] } }).then(async (answer) => console.log(await answer.text()))`
      const { stdout } = await cluster.inNetworkOf(asked, process.execPath, '--eval', script, await token())
      const text = stdout.toString()
      if (!text.startsWith('{')) return [text.trim()]
      const { Servers } = JSON.parse(text) as {
        readonly Servers: readonly { readonly Node: string; readonly Voter: boolean }[]
      }
      return Servers.flatMap(({ Node, Voter }) => (Voter ? [Node] : [])).sort()
    }

    async function isGone(node: string): Promise<void> {
      expect(await cluster.text(node, 'systemctl', 'is-active', 'consul')).toBe('inactive')
      expect(changesIn(before.get(node) ?? [], await treeOf(cluster, node))).toEqual([])
    }

    it('lets a server of three give up its vote, lays its node bare, and loses no write', async () => {
      const writers = await Writers.start(cluster, ['ant', 'cow'], await token())
      await writers.more(30)
      const { code, text, errors } = await cluster.bramble('reset', 'bee', '--yes', '--json')
      expect(code, text + errors).toBe(0)
      await writers.more(30)
      const written = await writers.stop('ant')
      console.log(`Consul ${consul.version}, a server is reset: ${writtenText(written)}`)
      expect(written.lost).toEqual([])
      expect(text).toContain('consul: bee gives up its vote')
      await voteNow('ant', ['ant', 'cow'])
      await isGone('bee')
    })

    it('takes it in again with the next apply', async () => {
      await cluster.apply()
      await cluster.well()
      await voteNow('ant', SERVERS)
    })

    it('leaves one alone that the others cannot spare, says because of whom, and what to type', async () => {
      await cluster.output('ant', 'systemctl', 'stop', 'consul')
      const { code, text, errors } = await cluster.bramble('reset', 'bee', '--yes', '--patience', '5')
      expect(code, text + errors).toBe(1)
      expect(text).toContain('ant is not healthy, so bee cannot be spared')
      expect(text).toMatch(
        /bring the other members back, then run bramble .* reset bee --yes --patience 5 again/,
      )
      expect(text).not.toContain('apply again')
      expect(await cluster.text('bee', 'systemctl', 'is-active', 'consul')).toBe('active')
      await cluster.output('ant', 'systemctl', 'start', 'consul')
      // A run that failed is told until another one came through; a server that has just started shows not all of it yet.
      await cluster.until('apply', '--yes')
      await cluster.well()
    })

    it('does not take the last one that votes, and says what would be lost', async () => {
      for (const node of ['bee', 'cow']) {
        const { code, text, errors } = await cluster.bramble('reset', node, '--yes')
        expect(code, text + errors).toBe(0)
      }
      await voteNow('ant', ['ant'])
      const { code, text, errors } = await cluster.bramble('reset', 'ant', '--yes')
      expect(code, text + errors).toBe(1)
      expect(text).toContain('none of those who vote in consul would stay: ant')
      expect(text).toContain('to lose it, take everything away: bramble')
      await voteNow('ant', ['ant'])
      await cluster.apply()
      await cluster.well()
      await voteNow('ant', SERVERS)
    })

    it('takes everything away: who stands on the servers first, and lists what is left', async () => {
      await cluster.write('cow', '/var/lib/consul/mine', 'mine')
      const planned = await cluster.bramble('destroy')
      expect(planned.text + planned.errors).toContain('CONFIRMATION_MISSING')
      const { code, text, errors } = await cluster.bramble('destroy', '--yes', '--json')
      expect(code, text + errors).toBe(0)
      const events = text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line) as Event | { readonly type: 'left'; readonly folders: unknown })
      expect(events.at(-1)).toEqual({
        type: 'left',
        folders: [{ node: 'cow', folder: '/var/lib/consul' }],
      })
      const began = events.flatMap((event) =>
        event.type === 'phase-started' && event.phase === 'converge' ? [event.node] : [],
      )
      expect(began[0]).toBe('dog')
      const dogEnded = events.findIndex(
        (event) => event.type === 'resource-changed' && event.address === 'dog/file:/etc/reader',
      )
      const serverBegan = events.findIndex(
        (event) => event.type === 'phase-started' && event.phase === 'converge' && event.node !== 'dog',
      )
      expect([dogEnded >= 0, dogEnded < serverBegan]).toEqual([true, true])
      await cluster.output('cow', 'rm', '-r', '/var/lib/consul')
      for (const node of NODES) await isGone(node)
      expect((await cluster.bramble('destroy', '--yes')).code).toBe(0)
    })
  })
}
