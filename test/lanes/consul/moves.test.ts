/** Servers of a real datacenter that move, while everybody writes: one apply each, nothing lost, and the longest gap is printed. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Event } from '../../../src/events/event.ts'
import { labPreflight } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { labConsuls, PACKAGE_SETTINGS, releaseSettings } from '../../lab/consul-versions.ts'
import { ReleaseServer } from '../../releases/release-server.ts'
import { BoardsUnderTest } from './boards-under-test.ts'
import { Writers, writtenText } from './writers.ts'

const lacking = await labPreflight()
if (lacking.length > 0)
  console.log(`skipped, the tests on real nodes cannot run here:\n  ${lacking.join('\n  ')}`)

const NODES = ['ant', 'bee', 'cow', 'dog', 'eel']
const NEW_ADDRESS = 250

const clusterFile = (address: (node: string) => string): string => `cluster: moves
domain: moves.example.net
access: { user: pi }

nodes:
${NODES.map((name) => `  ${name}: { address: ${address(name)} }`).join('\n')}

groups:
  core: [ant, bee, cow]

roles:
  # No container keeps time by itself.
  base: { on: all, timezone: Europe/London, time: { sync: false } }
  consul-server: { on: core, kv: { colour: red } }
  consul-client: { on: rest }
`

for (const consul of await labConsuls()) {
  const isSkipped = lacking.length > 0 || consul.lacks !== undefined
  describe.skipIf(isSkipped)(`servers of Consul ${consul.version}`, () => {
    let boards: BoardsUnderTest
    let mirror: ReleaseServer

    beforeAll(async () => {
      mirror = await ReleaseServer.start()
      boards = await BoardsUnderTest.start(NODES, clusterFile)
      vi.stubEnv('XDG_CACHE_HOME', join(boards.lab.folder, 'cache'))
      boards.settings = PACKAGE_SETTINGS
      if (!consul.isPackage) {
        await mirror.addEngine('consul')
        boards.settings = releaseSettings(mirror)
      }
      await boards.apply()
    })
    afterAll(async () => {
      await boards?.remove()
      await mirror.stop()
      vi.unstubAllEnvs()
    })

    /** Does something while everybody writes, and says what the writers saw. Keys are read through `ant`, which stays. */
    async function whileWriting<Value>(what: string, act: () => Promise<Value>): Promise<Value> {
      const secret = await boards.bramble('secrets', 'show', 'consul/management', '--field', 'secretId')
      const writers = await Writers.start(boards.lab, NODES, secret.text.trim())
      await writers.more(50)
      const value = await act()
      await writers.more(50)
      const written = await writers.stop('ant')
      console.log(`Consul ${consul.version}, ${what}: ${writtenText(written)}`)
      expect(written.lost).toEqual([])
      return value
    }

    /** Changes the cluster file and applies once; these vote then, and nothing is left to do. */
    async function becomes(what: string, servers: readonly string[], change: (text: string) => string) {
      boards.edit(change)
      const events = await whileWriting(what, () => boards.apply())
      expect(await boards.voters()).toEqual(servers.toSorted())
      expect((await boards.apply()).at(-1)).toMatchObject({ outcome: 'unchanged' })
      return events
    }

    const core = (servers: readonly string[]) => (text: string) =>
      text.replace(/core: \[.*\]/, `core: [${servers.join(', ')}]`)

    /** Nodes in the order in which the group had them back. */
    const turns = (events: readonly Event[]): string[] =>
      events.flatMap((event) => (event.type === 'gate-passed' && event.gate === 'consul' ? [event.node] : []))

    it.each([
      ['one moves', ['ant', 'bee', 'dog']],
      ['it moves back', ['ant', 'bee', 'cow']],
      ['two are swapped', ['ant', 'dog', 'eel']],
      ['three become five', ['ant', 'bee', 'cow', 'dog', 'eel']],
      ['five become three', ['ant', 'bee', 'cow']],
    ])('in one apply %s', async (what, servers) => {
      await becomes(what, servers, core(servers))
    })

    it('mends the one that is stopped before it changes another, in the same apply', async () => {
      await boards.inside('bee', 'systemctl', 'stop', 'consul')
      const events = await becomes('one is stopped, all change', ['ant', 'bee', 'cow'], (text) =>
        text
          .replace('kv: { colour: red }', 'kv: { colour: blue }, raft_multiplier: 2')
          .replace('London', 'Lisbon'),
      )
      expect(turns(events)[0]).toBe('bee')
    })

    it('takes a server that is called otherwise now for the same one: it keeps its place', async () => {
      const events = await becomes('a server is renamed', ['ant', 'bee', 'cat'], (text) =>
        text.replaceAll('cow', 'cat'),
      )
      expect(
        events.some((event) => 'address' in event && event.address === 'cluster/consul-member:cat'),
      ).toBe(true)
    })

    it('takes a client that is called otherwise now for the same one', async () => {
      await becomes('a client is renamed', ['ant', 'bee', 'cat'], (text) => text.replace('eel:', 'elk:'))
    })

    it('follows a server to a new address', async () => {
      const { stdout } = await boards.inside('bee', 'ip', '-4', '-o', 'address', 'show', 'scope', 'global')
      const [, device = '', , old = ''] = stdout.toString().trim().split(/\s+/)
      const [address = '', length = '24'] = old.split('/')
      const moved = address.replace(/\d+$/, String(NEW_ADDRESS))
      await boards.inside('bee', 'ip', 'address', 'add', `${moved}/${length}`, 'dev', device)
      await becomes('a server has a new address', ['ant', 'bee', 'cat'], (text) =>
        text.replace(`bee: { address: ${address} }`, `bee: { address: ${moved} }`),
      )
    })

    it('goes on beside a node that was taken out and still runs, says how to end it, and forgets it then', async () => {
      boards.edit((text) => text.replace(/^ {2}elk: .*\n/m, '').replace('colour: blue', 'colour: green'))
      const events = await boards.apply()
      const told = events.find((event) => event.type === 'warning' && event.code === 'MEMBER_LEFT_RUNNING')
      expect(JSON.stringify(told)).toContain('sudo systemctl disable --now consul')
      expect((await boards.apply()).at(-1)).toMatchObject({ outcome: 'unchanged' })
      await boards.inside('eel', 'systemctl', 'disable', '--now', 'consul')
      const forgotten = await poll(
        async () => {
          const { text } = await boards.bramble('ssh', 'ant', '--', 'consul', 'members')
          if (!/elk .*failed|elk .*left/.test(text) && text.includes('elk'))
            return { passed: false, detail: text }
          await boards.apply()
          const { text: after } = await boards.bramble('ssh', 'ant', '--', 'consul', 'members')
          return { passed: !/elk.*(alive|failed)/.test(after), detail: after }
        },
        { patienceSeconds: 120, pauseSeconds: 2 },
      )
      expect(forgotten.passed, forgotten.detail).toBe(true)
      expect(await boards.voters()).toEqual(['ant', 'bee', 'cat'])
    })
  })
}
