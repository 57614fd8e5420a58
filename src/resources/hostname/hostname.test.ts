/** The kind `hostname` keeps the contract of kinds, and really names a system. */
import { describe, expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import { withOwnSystem } from '../../../test/contract/own-namespaces.ts'
import { programOf } from '../../../test/contract/program-run.ts'
import { hostname } from './hostname.ts'

const address = 'hostname:/etc/hostname'

describeKind({
  kind: 'hostname',
  cases: [
    {
      title: 'writes the hostname',
      given: { '/etc/hostname': 'raspberrypi\n' },
      resources: [hostname({ hostname: 'hammond' })],
      expected: { '/etc/hostname': { text: 'hammond\n', mode: '644' } },
    },
    {
      title: 'writes a hostname with its domain where there was none',
      resources: [hostname({ hostname: 'hammond.example.net' })],
      expected: { '/etc/hostname': 'hammond.example.net\n' },
    },
    {
      title: 'leaves a hostname alone that is as wanted',
      given: { '/etc/hostname': 'hammond' },
      resources: [hostname({ hostname: 'hammond' })],
      expected: { '/etc/hostname': 'hammond' },
      unchanged: [address],
    },
  ],
  failing: {
    given: { '/etc/hostname/x': '' },
    resources: [hostname({ hostname: 'hammond' })],
    message: /^\/etc\/hostname is a folder/,
  },
  many: () => [hostname({ hostname: 'hammond' })],
})

describe('on a running system', () => {
  it('the name is set at once, seen when it was changed by hand, and put back when it is removed', async () => {
    await withOwnSystem(async ({ apply, run, read }) => {
      await run('hostname', 'raspberrypi')
      const before = await read('/etc/hostname')
      const wanted = await programOf([hostname({ hostname: 'hammond.example.net' })])
      expect((await apply(wanted)).changed).toEqual([address])
      expect(await read('/proc/sys/kernel/hostname')).toBe('hammond.example.net')
      expect((await apply(wanted, 'check')).differing).toEqual([])
      await run('hostname', 'other')
      expect((await apply(wanted)).changed).toEqual([address])
      expect((await apply(await programOf([], ['hostname']))).removed).toEqual([address])
      expect(await read('/proc/sys/kernel/hostname')).toBe('raspberrypi')
      expect(await read('/etc/hostname')).toBe(before)
    })
  })
})

describe('a hostname', () => {
  it.each(['', '-a', 'a_b', 'a..b', 'a b', 'a\nb', 'a'.repeat(65), '$(id)'])('cannot be %j', (name) => {
    expect(() => hostname({ hostname: name })).toThrow()
  })
})
