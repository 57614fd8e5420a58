/** A cache of packages that is there, wrong, silent and dead: nodes install all the same, and it is told. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'

const FILE = `cluster: cache
domain: office.example.net
access: { user: pi }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bee: { address: 192.0.2.11, model: pi4, memory: 1GiB }
  cow: { address: 192.0.2.12, model: pi4, memory: 1GiB }
roles:
  apt-cache: { on: all, server: ant }
  updates: { on: [cow] }
  packages:
    - { on: [bee], install: [hello] }
`

/** Puts an older version in the place of the one that its source has. */
const OLDER = `set -eu
cd "$(mktemp -d)"
apt-get -q download sl
dpkg-deb --raw-extract sl_*.deb tree
sed -i 's/^Version: .*/Version: 0.1/' tree/DEBIAN/control
dpkg-deb --root-owner-group --build tree older.deb
dpkg -i older.deb
apt-get clean`

describe.skipIf(hasNoLab)('a cache of packages', () => {
  const cluster = new ClusterUnderTest('cache', FILE)
  beforeAll(async () => {
    await cluster.labUp('--share-memory')
    await cluster.apply()
  })
  afterAll(() => cluster.remove())

  /** Wants one package more on a node, applies, and gives what was told beside it. */
  async function install(node: string, name: string): Promise<string[]> {
    cluster.edit((text) => `${text}    - { on: [${node}], install: [${name}] }\n`)
    const events = await cluster.events('apply', '--yes', '--json')
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'changed' })
    expect(await cluster.text(node, 'dpkg-query', '-Wf', '${db:Status-Status}', name)).toBe('installed')
    return events.flatMap((event) =>
      event.type === 'warning' && event.code === 'NODE_SAYS' ? [event.text] : [],
    )
  }
  const fetched = (name: string) =>
    cluster.output('ant', 'find', '/var/cache/apt-cacher-ng', '-name', `${name}_*.deb`)
  const inLog = (name: string, way: 'I' | 'O') =>
    cluster.text(
      'ant',
      'sh',
      '-c',
      `grep -c "|${way}|.*/${name}_" /var/log/apt-cacher-ng/apt-cacher.log || true`,
    )

  it('is there: what one node has fetched, the next gets from it', async () => {
    // It writes its log when it is stopped.
    expect(await install('bee', 'sl')).toEqual([])
    expect(await install('cow', 'sl')).toEqual([])
    await cluster.output('ant', 'systemctl', 'restart', 'apt-cacher-ng')
    expect([await inLog('sl', 'I'), await inLog('sl', 'O')]).toEqual(['1', '2'])
  })

  it('is wrong: its file is told, fetched anew, and the node has the right one', async () => {
    const file = (await fetched('sl')).trim()
    const good = await cluster.text('ant', 'sha256sum', file)
    await cluster.output('ant', 'sh', '-c', `printf x | dd of=${file} bs=1 seek=900 conv=notrunc`)
    expect(await cluster.text('ant', 'sha256sum', file)).not.toBe(good)
    const told = await install('ant', 'sl')
    expect(told).toHaveLength(1)
    expect(told[0]).toMatch(
      /^ant: the cache of packages at http:\/\/\S+ gave a wrong sl_\S+\.deb; it was told to fetch that anew/,
    )
    expect(await cluster.text('ant', 'sha256sum', file)).toBe(good)
  })

  it('is wrong by night: the job goes past it, and that is told until a day is over', async () => {
    await cluster.output('cow', 'sh', '-c', OLDER)
    const file = (await fetched('sl')).trim()
    await cluster.output('ant', 'sh', '-c', `printf x | dd of=${file} bs=1 seek=900 conv=notrunc`)
    await cluster.output('cow', 'sh', '-c', 'rm -f /var/lib/apt/periodic/upgrade-stamp')
    await cluster.output('cow', 'systemctl', 'start', 'apt-daily-upgrade.service')
    expect(await cluster.text('cow', 'dpkg-query', '-Wf', '${Version}', 'sl')).not.toBe('0.1')
    const says = 'cow goes past it for a day, as sl_'
    expect((await cluster.bramble('status')).text).toContain(says)
    await cluster.output('cow', 'sh', '-c', 'rm /var/cache/apt/archives/partial/*.FAILED')
    expect((await cluster.bramble('status')).text).not.toContain(says)
    await cluster.output('ant', 'rm', file)
  })

  it('is silent: it takes connections and never answers, and the apply starts it anew', async () => {
    await cluster.output('ant', 'systemctl', 'kill', '-s', 'STOP', 'apt-cacher-ng')
    const status = await cluster.bramble('status')
    expect(status.code).not.toBe(0)
    expect(status.text).toContain('cow fetches packages past the cache')
    await install('cow', 'tree')
    await cluster.well()
  })

  it('is dead: with its node', async () => {
    expect((await cluster.bramble('lab', 'kill', 'ant')).code).toBe(0)
    cluster.edit((text) => `${text}    - { on: [cow], install: [hello] }\n`)
    await cluster.bramble('apply', '--yes', '--node', 'cow')
    expect(await cluster.text('cow', 'hello')).toBe('Hello, world!')
    expect((await cluster.bramble('lab', 'start', 'ant')).code).toBe(0)
    await cluster.until('apply', '--yes')
    await cluster.well()
  })
})
