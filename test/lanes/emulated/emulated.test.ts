/** What only a machine with a kernel, a clock and a disk of its own can show: `npm run test:emulated`. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { groupProcesses } from '../../../src/lab/control-group.ts'
import { labKill, labPreflight, labStart, labState } from '../../../src/lab/lab.ts'
import { labFolder, labGroup, labKey, nodeFolder } from '../../../src/lab/store.ts'
import { poll } from '../../../src/support/poll.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'

const TEXT = `cluster: emulated
domain: office.example.net
access: { user: pi }
lab: { share_memory: true, emulate: [ant, bee] }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bee: { address: 192.0.2.11, model: pi4, memory: 1GiB }
  cow: { address: 192.0.2.12, model: pi4, memory: 1GiB }
roles:
  base: { on: all, time: { sync: false } }
  time: { on: [ant, bee], servers: [192.0.2.200], wait_seconds: 20 }
  wireguard: { on: all }
  swap: { on: [ant], mode: zram }
`
const MACHINES = ['ant', 'bee'] as const
/** Against hanging: an emulated node beside other work is slow. */
const PATIENCE = { patienceSeconds: 600, pauseSeconds: 3 }

const lacking = await labPreflight({ emulated: true })
if (lacking.length > 0)
  console.log(`skipped, there can be no emulated nodes here:\n  ${lacking.join('\n  ')}`)

describe.skipIf(hasNoLab || lacking.length > 0)('emulated nodes', () => {
  const cluster = new ClusterUnderTest('emulated', TEXT)
  const mesh = new Map<string, string>()

  /** Asks until it is so; says the last answer when it never is. */
  async function untilSo(ask: () => Promise<string>, isSo: (answer: string) => boolean): Promise<void> {
    let answer = ''
    await poll(async () => {
      answer = await ask()
      return { passed: isSo(answer), detail: answer }
    }, PATIENCE)
    expect(answer).toSatisfy(isSo)
  }
  const hears = (node: string, other: string) =>
    untilSo(
      () => cluster.text(node, 'ping', '-c', '1', '-W', '5', mesh.get(other) ?? ''),
      (text) => text.includes(' 0% packet loss'),
    )
  const secondsOf = async (node: string): Promise<number> => Number(await cluster.output(node, 'date', '+%s'))
  const isRight = (node: string) =>
    untilSo(
      async () => String((await secondsOf(node)) - Date.now() / 1000),
      (behind) => Math.abs(Number(behind)) < 20,
    )
  const bootWith = async (node: string, clock: Date): Promise<void> => {
    await labKill(cluster.id, node)
    await labStart(cluster.id, node, { clock })
  }

  beforeAll(async () => {
    await cluster.labUp()
    const cow = (await labState(cluster.id)).find(({ name }) => name === 'cow')
    // A server of the house: it has this computer's clock, and does not set it.
    const conf = 'local stratum 3\nallow all\n'
    await cluster.output('cow', 'sh', '-c', 'apt-get -q update && apt-get -q -y install chrony')
    await cluster.write('cow', '/etc/chrony/chrony.conf', conf)
    await cluster.output('cow', 'sh', '-c', 'systemctl stop chrony; chronyd -x')
    cluster.edit((text) => text.replace('192.0.2.200', cow?.address ?? ''))
    await cluster.apply()
    for (const node of ['ant', 'bee', 'cow']) {
      const line = await cluster.output(node, 'ip', '-o', '-4', 'address', 'show', 'dev', 'wgmesh')
      mesh.set(node, /inet ([\d.]+)/.exec(line)?.[1] ?? '')
    }
  })
  afterAll(() => cluster.remove())

  it('run Debian’s kernel, in which WireGuard is a part of it, beside a node that has none', async () => {
    for (const node of MACHINES) {
      expect(await cluster.output(node, 'uname', '-r')).toContain('deb13')
      expect(await cluster.output(node, 'ip', '-d', 'link', 'show', 'dev', 'wgmesh')).toContain('wireguard')
      expect(await cluster.text(node, 'pgrep', '-c', 'wireguard-go')).toBe('0')
    }
    await hears('ant', 'bee')
    await hears('cow', 'ant')
  })

  it('forget what was not flushed when their plug is pulled, and keep what was', async () => {
    await cluster.output('ant', 'sh', '-c', 'echo kept >/srv/kept && sync && echo lost >/srv/lost')
    await labKill(cluster.id, 'ant')
    await labStart(cluster.id, 'ant')
    expect(await cluster.output('ant', 'cat', '/srv/kept')).toBe('kept')
    expect(await cluster.text('ant', 'cat', '/srv/lost')).not.toBe('lost')
    await hears('ant', 'bee')
  })

  it('swap to compressed memory from the next boot on', async () => {
    expect(await cluster.output('ant', 'swapon', '--show=NAME', '--noheadings')).toBe('/dev/zram0')
  })

  it('never start before the last known time, are right soon, and the mesh hears them again', async () => {
    await isRight('bee')
    const known = await secondsOf('bee')
    await cluster.output('bee', 'sync')
    await bootWith('bee', new Date('2019-03-01T12:00:00Z'))
    const first = await cluster.output('bee', 'sh', '-c', 'journalctl -b -o short-unix --no-pager | head -n1')
    // The mark is made once a quarter of an hour.
    expect(Number.parseFloat(first)).toBeGreaterThan(known - 86_400)
    await isRight('bee')
    await hears('bee', 'ant')
    await cluster.well()
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('come back from a clock that was set years ahead', async () => {
    await bootWith('bee', new Date('2031-05-01T00:00:00Z'))
    await isRight('bee')
    await hears('bee', 'ant')
  })

  it('are changed over a link with 50 ms and 2 % loss', async () => {
    const netem = 'tc qdisc replace dev eth0 root netem delay 50ms loss 2%'
    for (const node of MACHINES) await cluster.output(node, 'sh', '-c', netem)
    const pinged = await cluster.text('cow', 'ping', '-c', '3', '-i', '0.2', await addressOf('ant'))
    expect(Number(/rtt min\/avg\/max\/mdev = ([\d.]+)/.exec(pinged)?.[1])).toBeGreaterThanOrEqual(50)
    cluster.edit((text) => text.replace('base: { on: all,', 'base: { on: all, packages: [tree],'))
    await cluster.apply()
    for (const node of MACHINES) expect(await cluster.text(node, 'tree', '--version')).toMatch(/^tree v/)
    for (const node of MACHINES) await cluster.output(node, 'tc', 'qdisc', 'del', 'dev', 'eth0', 'root')
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('lose their cable, and have it again', async () => {
    await cluster.bramble('lab', 'cut', 'bee')
    const lost = await cluster.text('cow', 'ping', '-c', '2', '-W', '2', await addressOf('bee'))
    expect(lost).toContain('100% packet loss')
    expect(await cluster.output('bee', 'echo', 'there')).toBe('there')
    await cluster.bramble('lab', 'mend', 'bee')
    await hears('bee', 'ant')
  })

  it('leave nothing', async () => {
    const key = labKey(cluster.id)
    expect(existsSync(join(nodeFolder(key, 'ant'), 'disk.qcow2'))).toBe(true)
    await cluster.bramble('lab', 'down')
    expect(groupProcesses(labGroup(key))).toEqual([])
    expect(existsSync(labFolder(key))).toBe(false)
    expect(readdirSync('/sys/class/net').filter((link) => link.includes(key))).toEqual([])
  })

  async function addressOf(node: string): Promise<string> {
    return (await labState(cluster.id)).find(({ name }) => name === node)?.address ?? ''
  }
})
