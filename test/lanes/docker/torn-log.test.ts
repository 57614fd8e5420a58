/** Managers whose log is torn by a power cut: their dockerd lives and has no part in the swarm any more. */
import { closeSync, ftruncateSync, openSync, readdirSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labKill, labStart } from '../../../src/lab/lab.ts'
import { labKey, nodeFolder } from '../../../src/lab/store.ts'
import { cannotHave } from '../../boards/boards.ts'
import { failures } from '../../lab/cluster-under-test.ts'
import { FOUR, SwarmUnderTest } from './swarm-under-test.ts'

/** What is left of the log: its beginning, with something else on the card in its middle. dockerd mends one by itself that merely ends early. */
const LEFT_BYTES = 3000
const WRONG = { at: 1000, bytes: Buffer.alloc(300, 0xff) } as const
const KEPT = '/var/lib/docker/volumes/kept/_data/file'

/** Writes to the swarm until it is told to end; prints how often it was granted and refused. */
const WRITER = `granted=0 refused=0
while [ ! -e /run/enough ]; do
  if date | docker config create "written-$((granted + refused))" - >/dev/null 2>>/run/refused; then granted=$((granted + 1)); else refused=$((refused + 1)); fi
done
echo "$granted $refused"; cat /run/refused; rm -f /run/enough /run/refused`

describe.skipIf(await cannotHave('a torn log'))('a manager’s log that is torn', () => {
  const swarm = new SwarmUnderTest('torn')

  /** Pulls the plug of nodes, and takes from the logs of their managers what was not on the card yet. */
  async function tear(...nodes: readonly string[]): Promise<void> {
    for (const node of nodes) {
      await labKill(swarm.id, node)
      const raft = join(nodeFolder(labKey(swarm.id), node), 'var-lib/docker/swarm/raft')
      const folder = join(raft, readdirSync(raft).find((name) => name.startsWith('wal-')) ?? '')
      const log = readdirSync(folder).filter((name) => name.endsWith('.wal'))
      const last = openSync(join(folder, log.sort().at(-1) ?? ''), 'r+')
      ftruncateSync(last, LEFT_BYTES)
      writeSync(last, WRONG.bytes, 0, WRONG.bytes.length, WRONG.at)
      closeSync(last)
    }
    await Promise.all(nodes.map((node) => labStart(swarm.id, node)))
    for (const node of nodes)
      await swarm.holds(`${node} says what it lacks`, async () => (await stateOf(node)).startsWith('error '))
  }
  /** Of which swarm it is, and as whom. */
  const placeOf = (node: string): Promise<string> =>
    swarm.output(
      node,
      'sh',
      '-c',
      'cat /var/lib/docker/swarm/docker-state.json; cat /var/lib/docker/swarm/certificates/swarm-node.crt',
    )
  const stateOf = (node: string): Promise<string> =>
    swarm.text(node, 'docker', 'info', '--format', '{{.Swarm.LocalNodeState}} {{.Swarm.Error}}')

  beforeAll(async () => {
    await swarm.up()
    await swarm.apply()
    await swarm.docker('bee', 'volume', 'create', 'kept')
    await swarm.write('bee', KEPT, 'kept')
  })
  afterAll(() => swarm.remove())

  it('is told: its dockerd lives, and it takes part no more', async () => {
    await tear('bee')
    expect(await swarm.text('bee', 'systemctl', 'is-active', 'docker')).toBe('active')
    await swarm.holds('bee is down', async () => (await swarm.listed()).includes('bee Down Active manager'))
    const status = await swarm.bramble('status')
    expect(status.code).not.toBe(0)
    expect(status.text).toContain('3 of 4 nodes are ready')
    expect((await swarm.bramble('plan')).text).toContain('it cannot take part any more')
  })

  it('is mended while the others decide: it has a new place, what its volumes hold stays, and no writer is refused', async () => {
    const writer = swarm.inside('ant', 'sh', '-c', WRITER)
    await swarm.apply()
    await swarm.output('ant', 'touch', '/run/enough')
    const [counts = '', ...said] = (await writer).stdout.toString().trim().split('\n')
    const [granted, refused] = counts.split(' ').map(Number)
    expect([refused, ...said]).toEqual([0])
    expect(granted).toBeGreaterThan(0)
    expect(await swarm.listed()).toEqual(FOUR)
    const reached = ['node', 'ls', '--filter', 'role=manager', '--format', '{{.ManagerStatus}}']
    expect((await swarm.docker('ant', ...reached)).split('\n').sort()).toEqual([
      'Leader',
      'Reachable',
      'Reachable',
    ])
    expect(await swarm.output('bee', 'cat', KEPT)).toBe('kept')
    await swarm.well()
    expect((await swarm.apply()).outcome).toBe('unchanged')
  })

  it('is left as it is where the others have no majority, with the names and the way by hand', async () => {
    await tear('bee', 'cow')
    await swarm.holds(
      'nobody leads',
      async () => (await swarm.inside('ant', 'docker', 'node', 'ls')).code !== 0,
    )
    const places = () => Promise.all(['bee', 'cow'].map(placeOf))
    const before = await places()
    const events = await swarm.events('apply', '--yes')
    expect(events.filter(({ type }) => type === 'resource-changed')).toEqual([])
    expect(events.at(-1)).not.toMatchObject({ outcome: expect.stringMatching(/^(un)?changed$/) as string })
    const told = failures(events).join('\n')
    for (const part of ['bee: ', 'cow: ', 'docker swarm init --force-new-cluster'])
      expect(told).toContain(part)
    expect(await places()).toEqual(before)
    expect(await swarm.output('bee', 'cat', KEPT)).toBe('kept')
  })
})
