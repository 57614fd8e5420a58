/** Updates by night and `bramble update`: what waits is told, and nodes are taken one at a time, whatever happens to them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Event } from '../../../src/events/event.ts'
import { labKill, labStart } from '../../../src/lab/lab.ts'
import { ApplyUnderWay, ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { offerSuites } from './signed-suites.ts'

const FILE = `cluster: update
domain: office.example.net
access: { user: pi }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bee: { address: 192.0.2.11, model: pi4, memory: 1GiB }
  cow: { address: 192.0.2.12, model: pi4, memory: 1GiB }
roles:
  apt-cache: { on: all, server: ant }
  updates: { on: all }
`
const NODES = ['ant', 'bee', 'cow'] as const

describe.skipIf(hasNoLab)('updates', () => {
  const cluster = new ClusterUnderTest('update', FILE)
  beforeAll(async () => {
    await cluster.labUp('--share-memory')
    await cluster.apply()
  })
  afterAll(() => cluster.remove())

  const on = (node: string) => ({ output: (...argv: string[]) => cluster.output(node, ...argv) })
  const versions = (name: string) =>
    Promise.all(NODES.map((node) => cluster.text(node, 'dpkg-query', '-Wf', '${Version}', name)))
  const boots = () =>
    Promise.all(NODES.map((node) => cluster.text(node, 'cat', '/proc/sys/kernel/random/boot_id')))
  const askForRestarts = () =>
    Promise.all(NODES.map((node) => cluster.output(node, 'touch', '/run/reboot-required')))
  const told = (events: readonly Event[]) =>
    events.flatMap((event) => (event.type === 'warning' && event.code === 'NODE_SAYS' ? [event.text] : []))
  const restarts = (events: readonly Event[]) =>
    events.flatMap((event) =>
      event.type === 'phase-started' && event.phase === 'reboot' ? [event.node] : [],
    )

  it('are brought by night from whom the Release files name, and what nobody brings is told', async () => {
    await offerSuites(on('cow'), [
      { name: 'tiny-raspbian', origin: 'Raspbian', label: 'Raspbian' },
      { name: 'tiny-foundation', origin: 'Raspberry Pi Foundation', label: 'Raspberry Pi Foundation' },
      { name: 'tiny-somebody', origin: 'Somebody', label: 'Somebody' },
    ])
    await cluster.output('cow', 'unattended-upgrade', '--verbose')
    await cluster.output('cow', '/usr/local/lib/bramble-updates', 'ran')
    const version = (name: string) => cluster.text('cow', 'dpkg-query', '-Wf', '${Version}', name)
    expect([
      await version('tiny-raspbian'),
      await version('tiny-foundation'),
      await version('tiny-somebody'),
    ]).toEqual(['1.1', '1.1', '1.0'])
    expect((await cluster.bramble('status')).text).toContain(
      'matched by no rule of the night: tiny-somebody 1.1 on cow (Somebody, Somebody)',
    )
  })

  it('are told by a plan, which has nothing to change for them', async () => {
    await Promise.all(
      NODES.map((node) => offerSuites(on(node), [{ name: 'tiny', origin: 'Debian', label: 'Debian' }])),
    )
    await askForRestarts()
    const events = await cluster.events('plan')
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'unchanged' })
    expect(told(events)).toContain(
      'ant: packages wait for an update: tiny 1.0 -> 1.1; bramble update brings them',
    )
    expect(told(events)).toContain('bee: a restart is due: a package asked for it; bramble update does it')
  })

  it('wait for what an apply has to do, and for the window', async () => {
    cluster.edit((text) => `${text}  packages: { on: [bee], install: [hello] }\n`)
    const mixed = await cluster.bramble('update', '--yes', '--node', 'bee')
    expect(mixed.code).not.toBe(0)
    expect(mixed.text).toContain('it differs in more than its packages')
    cluster.edit((text) => text.replace(/ {2}packages: .*\n/, ''))
    const hour = new Date().getHours()
    const time = (hours: number) => `${String((hour + hours) % 24).padStart(2, '0')}:00`
    cluster.edit((text) =>
      text.replace('roles:\n', `window: { from: "${time(3)}", to: "${time(4)}" }\nroles:\n`),
    )
    const closed = await cluster.bramble('update', '--yes', '--json', '--node', 'bee')
    expect(closed.code).not.toBe(0)
    expect(closed.text).toContain('UPDATE_WINDOW_CLOSED')
    expect((await versions('tiny'))[1]).toBe('1.0')
  })

  it('come to one node at a time, and last to the one on which the others stand', async () => {
    const old = await boots()
    // The window is closed still.
    const events = await cluster.events('update', '--yes', '--now')
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'changed' })
    expect(await versions('tiny')).toEqual(['1.1', '1.1', '1.1'])
    expect((await boots()).filter((id) => old.includes(id))).toEqual([])
    expect(restarts(events)).toHaveLength(3)
    expect(restarts(events).at(-1)).toBe('ant')
    // Nobody is begun with before the one before is through.
    const steps = events.flatMap((event) =>
      event.type === 'phase-started' && ['converge', 'reboot'].includes(event.phase) ? [event.node] : [],
    )
    const inTurn = steps.filter((node, index) => node !== steps[index - 1])
    expect(inTurn).toHaveLength(3)
    cluster.edit((text) => text.replace(/window: .*\n/, ''))
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('stop at a node that does not come back, until it does', async () => {
    await askForRestarts()
    const run = new ApplyUnderWay(cluster.argv('--json', 'update', '--yes'))
    const going = await run.said((event) => event.type === 'phase-started' && event.phase === 'reboot')
    const gone = 'node' in going ? (going.node ?? '') : ''
    await labKill(cluster.id, gone)
    await run.kill()
    const others = NODES.filter((node) => node !== gone)
    const bootsOf = () =>
      Promise.all(others.map((node) => cluster.text(node, 'cat', '/proc/sys/kernel/random/boot_id')))
    const before = await bootsOf()
    const held = new RegExp(`${gone} has held the turn of an update for \\d+ min and is not back`)
    expect((await cluster.bramble('status')).text).toMatch(held)
    const again = await cluster.bramble('update', '--yes')
    expect(again.code).not.toBe(0)
    expect(again.text).toMatch(held)
    expect(await bootsOf()).toEqual(before)
    await labStart(cluster.id, gone)
    await cluster.until('ssh', gone, '--', 'true')
    expect((await cluster.events('update', '--yes')).at(-1)).toMatchObject({ outcome: 'changed' })
    await cluster.well()
  })

  it('need a node with the role', async () => {
    cluster.edit((text) => text.replace(/ {2}updates: .*\n/, ''))
    const ran = await cluster.bramble('update', '--yes')
    expect(ran.code).not.toBe(0)
    expect(ran.errors).toContain('UPDATE_WITHOUT_ROLE')
  })
})
