/** Who wrote /etc/resolv.conf before: systemd-resolved, and a unit that nobody knows of. It counts after the next boot, and is given back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { labKill, labStart } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'

const ROLES = `  dns: { on: [ant, bee], records: { printer: 192.0.2.77 }, upstream: '127.0.0.1#nobody.example' }
  dns-client: { on: all }
`
const TEXT = `cluster: writers
domain: office.example.net
access: { user: pi }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bee: { address: 192.0.2.11, model: pi4, memory: 1GiB }
  cow: { address: 192.0.2.12, model: pi4, memory: 1GiB }
  dog: { address: 192.0.2.13, model: pi4, memory: 1GiB }
roles:
  base: { on: all }
  packages: { on: cow, install: [systemd-resolved] }
`
const STUB = '../run/systemd/resolve/stub-resolv.conf'
const HOOK = 'nameserver 192.0.2.53\n'
const HOOK_UNIT = `[Service]
Type=oneshot
ExecStart=/bin/cp /etc/hook.resolv.conf /etc/resolv.conf
[Install]
WantedBy=multi-user.target
`

describe.skipIf(hasNoLab)('/etc/resolv.conf', () => {
  const cluster = new ClusterUnderTest('writers', TEXT)
  const nodes = ['ant', 'bee', 'cow', 'dog']

  beforeAll(async () => {
    await cluster.labUp('--share-memory')
    await cluster.apply()
    await cluster.output('cow', 'ln', '-sfn', STUB, '/etc/resolv.conf')
    await cluster.output('cow', 'systemctl', 'enable', '--now', 'systemd-resolved')
    await cluster.write('dog', '/etc/hook.resolv.conf', HOOK)
    await cluster.write('dog', '/etc/systemd/system/hook.service', HOOK_UNIT)
    await cluster.output('dog', 'systemctl', 'enable', '--now', 'hook')
    // What is installed on a node is known from the last run.
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })
  afterAll(() => cluster.remove())

  const line = (node: string) => cluster.text(node, 'sh', '-c', 'getent hosts printer | tr -s " "')
  /** What libc finds on every node, a moment after the last writer had its turn. */
  const found = async (): Promise<void> => {
    for (const node of nodes) {
      const seen = await poll(
        async () => {
          const detail = await line(node)
          return { passed: detail === '192.0.2.77 printer.office.example.net', detail }
        },
        { patienceSeconds: 60, pauseSeconds: 1 },
      )
      expect([node, seen]).toMatchObject([node, { passed: true }])
    }
  }

  it('is taken over, and the plan says from whom', async () => {
    cluster.edit((text) => text + ROLES)
    const { text } = await cluster.bramble('plan', '--node', 'cow')
    expect(text).toContain('systemd-resolved')
    await cluster.apply()
    await found()
    expect(await cluster.text('cow', 'systemctl', 'is-active', 'systemd-resolved')).toBe('inactive')
  })

  it('is put back as soon as somebody writes it', async () => {
    await cluster.output('dog', 'systemctl', 'restart', 'hook')
    await found()
    const log = await cluster.output('dog', 'journalctl', '-u', 'bramble-resolv-conf', '-o', 'cat')
    expect(log).toContain('was written by somebody else')
  })

  it('is as declared after all nodes were killed and started', async () => {
    for (const node of nodes) await labKill(cluster.id, node)
    await Promise.all(nodes.map((node) => labStart(cluster.id, node)))
    await cluster.well()
    await found()
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('goes back to whoever wrote it', async () => {
    cluster.edit((text) => text.replace(ROLES, ''))
    await cluster.apply()
    expect(await cluster.text('cow', 'readlink', '/etc/resolv.conf')).toBe(STUB)
    expect(await cluster.text('cow', 'systemctl', 'is-active', 'systemd-resolved')).toBe('active')
    expect(await cluster.text('dog', 'cat', '/etc/resolv.conf')).toBe(HOOK.trim())
    expect(
      (await cluster.inside('dog', 'test', '-e', '/etc/systemd/system/bramble-resolv-conf.path')).code,
    ).toBe(1)
  })
})
