/** Nodes behind a node, for real: what is made goes there first, what is changed or started anew goes there last. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Event } from '../../src/events/event.ts'
import { labPreflight } from '../../src/lab/lab.ts'
import { twinAddresses } from '../../src/lab/twin-addresses.ts'
import { run } from '../../src/support/run.ts'
import { ClusterUnderTest, failures } from './cluster-under-test.ts'

const lacking = await labPreflight()
if (lacking.length > 0)
  console.log(`skipped, the tests on real nodes cannot run here:\n  ${lacking.join('\n  ')}`)

const NODES = ['hammond', 'oneil', 'carter']

const CLUSTER = `cluster: ways
domain: ways.home.arpa
nodes:
  hammond: { address: 192.168.42.10, memory: 512MiB }
  oneil: { address: 172.19.181.1, via: hammond, memory: 512MiB }
  carter: { address: 172.19.181.2, via: hammond, memory: 512MiB }
roles:
  units:
    - on: all
      unit: ticker.service
      content: |
        [Service]
        ExecStart=sleep 1000000
        [Install]
        WantedBy=multi-user.target
  restarts: { on: all }
`

/** A role of its own: its nodes are started anew when Debian asks for it. */
const RESTARTS = `import { defineRole, reboot, z } from 'bramble'

export default defineRole({
  name: 'restarts',
  summary: 'Starts the board anew when a package asks for it.',
  options: z.strictObject({}),
  resources: () => [reboot({ whenKernelIsOlder: false })],
})
`

/** Nodes in the order in which something began on them. */
function begun(events: readonly Event[], phase: 'converge' | 'reboot'): string[] {
  const nodes = events.flatMap((event) =>
    event.type === 'phase-started' && event.phase === phase && event.detail === undefined ? [event.node] : [],
  )
  return [...new Set(nodes)]
}

/** The place of the first event like this. */
function placeOf(events: readonly Event[], type: Event['type'], node: string, after = 0): number {
  return events.findIndex(
    (event, index) => index >= after && event.type === type && 'node' in event && event.node === node,
  )
}

describe.skipIf(lacking.length > 0)('nodes that are reached through another one', () => {
  const cluster = new ClusterUnderTest('ways', CLUSTER)
  mkdirSync(join(cluster.folder, 'roles'))
  writeFileSync(join(cluster.folder, 'roles', 'restarts.ts'), RESTARTS)

  beforeAll(async () => {
    const up = await cluster.bramble('lab', 'up')
    expect(up.code, up.errors).toBe(0)
  })
  afterAll(() => cluster.remove())

  it('are made when the way to them is', async () => {
    const plan = await cluster.bramble('plan')
    expect(plan.text).toContain('oneil and carter after hammond, which is the way to them')
    const events = await cluster.events('apply', '--yes')
    expect(events.at(-1)).toMatchObject({ outcome: 'changed' })
    const done = events.findLastIndex(
      (event) => event.type === 'resource-changed' && event.node === 'hammond',
    )
    for (const node of ['oneil', 'carter'])
      expect(placeOf(events, 'resource-changed', node)).toBeGreaterThan(done)
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('are changed before the way to them is', async () => {
    cluster.edit((text) => text.replace('1000000', '2000000'))
    const plan = await cluster.bramble('plan')
    expect(plan.text).toContain('hammond after oneil and carter, which are reached through it')
    const events = await cluster.events('apply', '--yes')
    expect(events.at(-1)).toMatchObject({ outcome: 'changed' })
    expect(begun(events, 'converge')).toEqual(['oneil', 'carter', 'hammond'])
  })

  it('are started anew one after the other, each back before the next, and the way to them last', async () => {
    const bootOf = (node: string) => cluster.output(node, 'cat', '/proc/sys/kernel/random/boot_id')
    const before = await Promise.all(NODES.map(bootOf))
    for (const node of NODES) await cluster.write(node, '/run/reboot-required', '')
    const events = await cluster.events('apply', '--yes')
    expect(events.at(-1)).toMatchObject({ outcome: 'changed', summary: { changed: 3 } })
    const order = ['oneil', 'carter', 'hammond']
    expect(begun(events, 'reboot'), failures(events).join('\n')).toEqual(order)
    const wentDown = order.map((node) =>
      events.findIndex(
        (event) => event.type === 'phase-started' && event.phase === 'reboot' && event.node === node,
      ),
    )
    for (const [index, node] of order.entries()) {
      const isBack = placeOf(events, 'node-connected', node, wentDown[index])
      expect(isBack).toBeGreaterThan(0)
      expect(isBack).toBeLessThan(wentDown[index + 1] ?? events.length)
    }
    const after = await Promise.all(NODES.map(bootOf))
    expect(after.filter((boot) => before.includes(boot))).toEqual([])
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })
})

describe.skipIf(lacking.length > 0)('a node on which sudo wants a password', () => {
  const PASSWORD = 'rasp"berry $(id) \\x'
  const cluster = new ClusterUnderTest(
    'sudo',
    'cluster: sudo\ndomain: home.arpa\nnodes: { wren: { memory: 512MiB } }\n',
  )
  const identity = `${cluster.folder}.identity`

  beforeAll(async () => {
    const up = await cluster.bramble('lab', 'up')
    expect(up.code, up.errors).toBe(0)
    const { cluster: name } = cluster.id
    const address = (await twinAddresses(cluster.id)).get('wren') ?? ''
    // Not by way of the lab, where sudo wants none: as the board that it stands for.
    cluster.edit(
      () => `cluster: ${name}
domain: home.arpa
access: { identity_file: .bramble/lab/ssh/id_ed25519 }
nodes:
  wren: { address: ${address}, sudo_password: { from: { secret: wren/sudo } } }
roles:
  files: { on: all, path: /etc/motd, content: Welcome. }
`,
    )
    vi.stubEnv('BRAMBLE_IDENTITY_FILE', identity)
    const script =
      'printf "pi:%s\\n" "$1" | chpasswd; rm -r /etc/sudoers.d; echo "pi ALL=(ALL) ALL" >>/etc/sudoers'
    await cluster.output('wren', 'sh', '-c', script, 'sh', PASSWORD)
  })
  afterAll(async () => {
    vi.unstubAllEnvs()
    rmSync(identity, { force: true })
    await cluster.remove()
  })

  const board = async (words: readonly string[], input = '') => {
    const argv = cluster.argv(...words).filter((word) => word !== '--lab')
    const { code, stdout, stderr } = await run('node', argv, { input, timeoutSeconds: 120 })
    return { code, text: stdout.toString() + stderr }
  }

  it('is not changed with a wrong one, which is tried once', async () => {
    expect(await board(['secrets', 'import', 'wren/sudo'], 'something else')).toMatchObject({ code: 0 })
    const { code, text } = await board(['apply', '--yes'])
    expect([code, text]).toEqual([1, expect.stringContaining('SUDO_PASSWORD_WRONG')])
  })

  it('is changed, looked at and worked on with the one among the secrets, which shows nowhere', async () => {
    await board(['secrets', 'import', '--replace', 'wren/sudo'], PASSWORD)
    const applied = await board(['apply', '--yes'])
    expect(applied.code, applied.text).toBe(0)
    expect(await cluster.text('wren', 'cat', '/etc/motd')).toBe('Welcome.')
    expect(await board(['plan', '--detailed-exitcode'])).toMatchObject({ code: 0 })
    expect(await board(['run', '-n', 'wren', '--sudo', '--', 'test', '-r', '/etc/shadow'])).toMatchObject({
      code: 0,
    })
    const kept = readdirSync(cluster.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('.bramble/lab'))
      .map((entry) => readFileSync(join(entry.parentPath, entry.name)).toString())
    for (const text of [applied.text, ...kept]) expect(text).not.toContain(PASSWORD)
  })
})
