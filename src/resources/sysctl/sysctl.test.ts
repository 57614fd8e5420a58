/** The kind `sysctl` keeps the contract of kinds, and really sets the kernel in a network namespace of its own. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import { withOwnSystem } from '../../../test/contract/own-namespaces.ts'
import { programOf } from '../../../test/contract/program-run.ts'
import { sysctl } from './sysctl.ts'

const FILE = '/etc/sysctl.d/99-zz-bramble-net.ipv4.ip_forward.conf'
const given = { '/etc/sysctl.d': { folder: true } } as const

describeKind({
  kind: 'sysctl',
  cases: [
    {
      title: 'writes a file for a setting',
      given,
      resources: [sysctl({ key: 'net.ipv4.ip_forward', value: 1 })],
      expected: { [FILE]: 'net.ipv4.ip_forward = 1\n' },
    },
    {
      title: 'writes a key with a dot inside one of its parts',
      given,
      resources: [sysctl({ key: 'net/ipv4/conf/eth0.5/forwarding', value: '1' })],
      expected: {
        '/etc/sysctl.d/99-zz-bramble-net.ipv4.conf.eth0-5.forwarding.conf':
          'net.ipv4.conf.eth0/5.forwarding = 1\n',
      },
    },
    {
      title: 'takes a setting out that is wanted to be absent',
      given,
      resources: [sysctl({ key: 'net.ipv4.ip_forward', state: 'absent' })],
      expected: { [FILE]: null },
      unchanged: ['sysctl:net.ipv4.ip_forward'],
    },
  ],
  hostile: {
    given,
    resources: (value) => [sysctl({ key: 'kernel.core_pattern', value })],
    read: async (root) => {
      const path = join(root, 'etc/sysctl.d/99-zz-bramble-kernel.core_pattern.conf')
      return (await readFile(path, 'utf8')).slice('kernel.core_pattern = '.length, -1)
    },
    refuses: ['two\nlines\n', '\ttab and  two spaces '],
  },
  absent: {
    given,
    present: [sysctl({ key: 'net.ipv4.ip_forward', value: 1 })],
    absent: [sysctl({ key: 'net.ipv4.ip_forward', state: 'absent' })],
  },
  failing: {
    given: { '/etc/sysctl.d': 'no folder\n' },
    resources: [sysctl({ key: 'net.ipv4.ip_forward', value: 1 })],
    message: /^$/,
  },
  many: (count) =>
    Array.from({ length: count }, (_, index) =>
      sysctl({ key: `net.ipv4.conf.eth${index}.forwarding`, value: 1 }),
    ),
})

describe('a setting has one name', () => {
  it('whether it is written with dots or with slashes', () => {
    expect(sysctl({ key: 'net/ipv4/ip_forward', value: 1 }).name).toBe('net.ipv4.ip_forward')
    expect(sysctl({ key: 'net/ipv4/conf/eth0.5/x', value: 1 }).name).toBe('net.ipv4.conf.eth0/5.x')
    expect(sysctl({ key: 'net.ipv4.conf.eth0/5.x', value: 1 }).row[0]).toBe('net/ipv4/conf/eth0.5/x')
  })
})

const RANGE = 'net.ipv4.ip_local_port_range'
const address = `sysctl:${RANGE}`

describe('on a running kernel', () => {
  it('a setting is changed, found again whatever its blanks, and put back when it is removed', async () => {
    await withOwnSystem(async ({ apply, read }) => {
      const value = () => read('/proc/sys/net/ipv4/ip_local_port_range')
      const before = await value()
      const wanted = await programOf([sysctl({ key: RANGE, value: '20000  30000' })])
      expect((await apply(wanted)).changed).toEqual([address])
      expect(await value()).toBe('20000\t30000')
      expect((await apply(wanted, 'check')).differing).toEqual([])
      expect((await apply(await programOf([], ['sysctl']))).removed).toEqual([address])
      expect(await value()).toBe(before)
    })
  })

  it('a setting that may not be set live gets only its file', async () => {
    await withOwnSystem(async ({ apply, read }) => {
      const before = await read('/proc/sys/net/ipv4/ip_local_port_range')
      const wanted = await programOf([sysctl({ key: RANGE, value: '20000 30000', live: false })])
      expect((await apply(wanted)).changed).toEqual([address])
      expect((await apply(wanted, 'check')).differing).toEqual([])
      expect(await read('/proc/sys/net/ipv4/ip_local_port_range')).toBe(before)
    })
  })

  it('a file that is read after ours is told with its value, and an apply names it', async () => {
    await withOwnSystem(async ({ apply, run }) => {
      const wanted = await programOf([sysctl({ key: RANGE, value: '20000 30000' })])
      await apply(wanted)
      await run('sh', '-c', 'echo "net/ipv4/ip_local_port_range=1 2" >/etc/sysctl.d/99-zzz.conf')
      const seen = await apply(wanted, 'check')
      expect(
        seen.lines.filter(({ type }) => type === 'differs').map(({ fields }) => fields.slice(2)),
      ).toEqual([['value after a reboot', '1 2 (/etc/sysctl.d/99-zzz.conf)', '20000 30000']])
      expect([...(await apply(wanted)).failed.values()][0]?.message).toMatch(
        /^\/etc\/sysctl.d\/99-zzz.conf sets .* and is read after our file/,
      )
      await run('sh', '-c', `echo "${RANGE} = 20000  30000" >/etc/sysctl.d/99-zzz.conf`)
      expect((await apply(wanted, 'check')).differing).toEqual([])
    })
  })

  it('a value that somebody has changed by hand is seen and set again', async () => {
    await withOwnSystem(async ({ apply, read, run }) => {
      const wanted = await programOf([sysctl({ key: RANGE, value: '20000 30000' })])
      await apply(wanted)
      await run('sh', '-c', 'echo 1024 60999 >/proc/sys/net/ipv4/ip_local_port_range')
      expect((await apply(wanted)).changed).toEqual([address])
      expect(await read('/proc/sys/net/ipv4/ip_local_port_range')).toBe('20000\t30000')
    })
  })

  it.each([
    ['net.ipv4.no_such_setting', '1', /^this kernel has no setting net\.ipv4\.no_such_setting/],
    [RANGE, 'many', /^the kernel refuses net\.ipv4\.ip_local_port_range = many/],
  ])('%s = %s is a failure that says why', async (key, value, message) => {
    const program = await programOf([sysctl({ key, value })])
    const result = await withOwnSystem(({ apply }) => apply(program))
    expect(result.failed.get(`sysctl:${key}`)?.message).toMatch(message)
  })
})
