/** Boards that are held back, hot, silent, or whose root cannot be written, on real nodes: `npm run test:storage`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { boardSays } from '../../lab/board-says.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'

const TEXT = `cluster: boards
domain: office.example.net
access: { user: pi }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
  bee: { address: 192.0.2.11, model: pi4, memory: 1GiB }
  cow: { address: 192.0.2.12, model: pi4, memory: 1GiB }
roles:
  base: { on: all, time: { sync: false } }
  consul-server: { on: all, source: package, unmaintained: accepted, log_level: info }
`

describe.skipIf(hasNoLab)('boards', () => {
  const cluster = new ClusterUnderTest('boards', TEXT)
  const says = (node: string, sensors: Readonly<Record<string, string>>): void =>
    boardSays(cluster.id, node, sensors)
  const WELL = { throttled: '0x0', heat: '45000' }

  beforeAll(async () => {
    await cluster.labUp('--share-memory')
    await cluster.apply()
    await cluster.well()
  })
  afterAll(() => cluster.remove())

  it('that do not tell are not known, and those that are held back are not well', async () => {
    says('bee', { heat: '45000' })
    says('cow', { throttled: '0x50005', heat: '45000', wear: '0x0b 0x01', card_errors: '2' })
    const { code, text } = await cluster.bramble('status')
    expect(code).toBe(1)
    expect(text).toContain('bee: not known: heat and voltage cannot be read (vcgencmd)')
    expect(text).toContain('cow: its board is held back: under-voltage, throttled')
    expect(text).toContain('cow: its flash memory is worn')
    expect(text).toContain('cow: its file systems have counted 2 errors')
    const top = await cluster.bramble('top')
    expect(top.text).toMatch(/^cow .*under-voltage, throttled/m)
    expect(top.text).toContain('throttled by bee')
  })

  it('hold a rolling change of their group until they are well', async () => {
    says('bee', WELL)
    cluster.edit((text) => text.replace('log_level: info', 'log_level: warn'))
    const started = (): Promise<string[]> =>
      Promise.all(
        ['ant', 'bee', 'cow'].map((node) =>
          cluster.output(node, 'systemctl', 'show', '--property=ExecMainStartTimestampMonotonic', 'consul'),
        ),
      )
    const before = await started()
    const held = await cluster.bramble('apply', '--yes')
    expect(held.code).not.toBe(0)
    expect(held.text + held.errors).toContain('its board is held back: under-voltage, throttled')
    expect(await started()).toEqual(before)
    says('cow', { throttled: '0x50000', heat: '81000' })
    expect((await cluster.bramble('apply', '--yes')).text).toContain('its board is hot: 81 °C')
    expect(await started()).toEqual(before)
    says('cow', WELL)
    await cluster.apply()
    expect((await cluster.apply()).outcome).toBe('unchanged')
  })

  it('whose root is read-only are named, and their group is not touched', async () => {
    await cluster.output('bee', 'mount', '-o', 'remount,bind,ro', '/')
    const status = await cluster.bramble('status')
    expect(status.code).toBe(1)
    expect(status.text).toContain('bee: its root is read-only')
    cluster.edit((text) => text.replace('log_level: warn', 'log_level: info'))
    const held = await cluster.bramble('apply', '--yes')
    expect(held.code).not.toBe(0)
    expect(held.text + held.errors).toContain('its root is read-only')
    await cluster.output('bee', 'mount', '-o', 'remount,bind,rw', '/')
    await cluster.apply()
    await cluster.well()
  })
})
