/** The small resolver with real questions: its own names, Consul's, those of the server of the house; and addresses by MAC address. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labKill, labStart, labState } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { run } from '../../../src/support/run.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'

const DOMAIN = 'office.example.net'
const LOCAL = '192.0.2.77'
/** No address of an example: dnsmasq takes those for private ones. */
const PUBLIC = '8.8.4.4'
const MAC = { camera: '02:00:5e:00:00:07', cow: '02:00:5e:00:00:0c' }

/** The server of the house, which knows one name. */
const HOUSE = `server:
  directory: "/etc/house"
  chroot: ""
  username: "unbound"
  pidfile: "/run/house.pid"
  interface: 0.0.0.0
  access-control: 0.0.0.0/0 allow
  module-config: "iterator"
  local-zone: "." static
  local-data: "peppermint.example. 60 IN A ${PUBLIC}"
  local-data: "rebind.example. 60 IN A 192.168.1.1"
remote-control:
  control-enable: no
`

const TEXT = `cluster: small
domain: ${DOMAIN}
access: { user: pi }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bee: { address: 192.0.2.11, model: pi4, memory: 1GiB }
  cow: { address: 192.0.2.12, model: pi4, memory: 1GiB, mac: "${MAC.cow}" }
services:
  tuner: { on: ant, port: 8080 }
roles:
  base: { on: all }
  packages: { on: bee, install: [unbound, dns-root-data] }
  files:
    - { on: bee, path: /etc/house, folder: true }
    - { on: bee, path: /etc/house/house.conf, source: files/house.conf }
  units:
    - { on: bee, unit: unbound, enabled: masked }
    - on: bee
      unit: house-dns
      content: |
        [Service]
        ExecStart=/usr/sbin/unbound -d -p -c /etc/house/house.conf
        [Install]
        WantedBy=multi-user.target
      reads: [/etc/house/house.conf]
  consul-server: { on: ant, source: package, unmaintained: accepted }
  dns-client: { on: [ant, cow] }
  dnsmasq:
    on: ant
    records: { printer: ${LOCAL} }
    upstream: 192.0.2.99
`

describe.skipIf(hasNoLab)('the small resolver', () => {
  const cluster = new ClusterUnderTest('small', TEXT)
  const addresses = new Map<string, string>()
  const at = (node: string): string => addresses.get(node) ?? ''
  /** An address of the network of the nodes that no node has. */
  const free = (last: number): string => at('ant').replace(/\d+$/, String(last))

  beforeAll(async () => {
    mkdirSync(join(cluster.folder, 'files'), { recursive: true })
    writeFileSync(join(cluster.folder, 'files/house.conf'), HOUSE)
    await cluster.labUp('--share-memory')
    for (const { name, address } of await labState(cluster.id)) addresses.set(name, address)
    cluster.edit((text) => text.replace('192.0.2.99', at('bee')))
    await cluster.apply()
    await cluster.well()
  })
  afterAll(() => cluster.remove())

  const asked = async (...words: string[]): Promise<string> => {
    const { stdout } = await cluster.inNetworkOf('cow', 'dig', `@${at('ant')}`, '+short', '+time=3', ...words)
    return stdout.toString().trim()
  }
  const becomes = async (wanted: string, ...words: string[]): Promise<void> => {
    let last = ''
    await poll(
      async () => {
        last = await asked(...words)
        return { passed: last === wanted, detail: last }
      },
      { patienceSeconds: 90, pauseSeconds: 1 },
    )
    expect([words, last]).toEqual([words, wanted])
  }
  const answersAll = async (): Promise<void> => {
    await becomes(LOCAL, `printer.${DOMAIN}`)
    await becomes(`printer.${DOMAIN}.`, '-x', LOCAL)
    await becomes(at('cow'), `cow.${DOMAIN}`)
    await becomes(at('ant'), `tuner.service.${DOMAIN}`)
    await becomes(PUBLIC, 'peppermint.example')
  }

  it('answers for the cluster, for Consul, and asks the house for the rest', async () => {
    await answersAll()
    expect(await asked('rebind.example')).toBe('')
    expect(await cluster.text('cow', 'getent', 'hosts', 'printer')).toContain(LOCAL)
  })

  it('gives no addresses unless asked', async () => {
    expect(await cluster.text('ant', 'sh', '-c', 'ss -Hlun sport = :67 | wc -l')).toBe('0')
    expect(await lease(MAC.camera)).toBe('')
  })

  it('is back by itself after it was killed, after its node was, and finds nothing to do', async () => {
    await cluster.output('ant', 'systemctl', 'kill', '-s', 'KILL', 'bramble-dnsmasq')
    await answersAll()
    await labKill(cluster.id, 'ant')
    await labStart(cluster.id, 'ant')
    await cluster.well()
    await answersAll()
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  /** The address that whoever has this MAC address is given on the network of the nodes; nothing when nobody gives one. */
  async function lease(mac: string): Promise<string> {
    const within = (...words: string[]) => cluster.inNetworkOf('cow', words[0] ?? '', ...words.slice(1))
    await within('ip', 'link', 'add', 'asks', 'link', 'eth0', 'address', mac, 'type', 'macvlan')
    try {
      await within('ip', 'link', 'set', 'asks', 'up')
      const words = ['udhcpc', '-i', 'asks', '-n', '-q', '-f', '-t', '3', '-T', '2', '-s', '/bin/true']
      const { stdout, stderr } = await within('busybox', ...words)
      return /lease of (\S+) obtained/.exec(`${stdout.toString()}${stderr}`)?.[1] ?? ''
    } finally {
      await within('ip', 'link', 'del', 'asks')
    }
  }

  it('gives addresses when asked: each its own by MAC address, others one of the range', async () => {
    const range = `dhcp: { from: ${free(240)}, to: ${free(249)}, reservations: { camera: { mac: "${MAC.camera}", address: ${free(230)} } } }`
    cluster.edit((text) => text.replace('    records:', `    ${range}\n    records:`))
    await cluster.apply()
    await cluster.well()
    expect(await lease(MAC.camera)).toBe(free(230))
    expect(await lease(MAC.cow)).toBe(at('cow'))
    expect(await lease('02:00:5e:00:00:63')).toMatch(/\.24\d$/)
    await becomes(free(230), `camera.${DOMAIN}`)
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('keeps what was good when its checker refuses the new configuration', async () => {
    const path = '/etc/bramble/dnsmasq.conf'
    const before = await cluster.text('ant', 'cat', path)
    // Two of one address: only dnsmasq itself sees that.
    const twice = `reservations: { door: { mac: "02:00:5e:00:00:08", address: ${free(230)} }, camera:`
    cluster.edit((text) => text.replace('reservations: { camera:', twice))
    const events = await cluster.events('apply', '--yes')
    expect(events.at(-1)).toMatchObject({ type: 'run-finished', outcome: 'failed' })
    expect(await cluster.text('ant', 'cat', path)).toBe(before)
    await answersAll()
    cluster.edit((text) => text.replace(twice, 'reservations: { camera:'))
    await cluster.apply()
    await answersAll()
  })

  it('leaves nothing', async () => {
    cluster.edit((text) => text.replace(/ {2}dns-client:[^]*$/, ''))
    await cluster.apply()
    for (const path of ['/etc/bramble/dnsmasq.conf', '/var/lib/bramble-dnsmasq', '/usr/sbin/dnsmasq'])
      expect([path, (await cluster.inside('ant', 'test', '-e', path)).code]).toEqual([path, 1])
    expect((await cluster.inside('ant', 'getent', 'passwd', 'dnsmasq')).code).toBe(2)
    const { code } = await run('dig', [`@${at('ant')}`, '+time=1', '+tries=1', `printer.${DOMAIN}`])
    expect(code).toBe(9)
  })
})
