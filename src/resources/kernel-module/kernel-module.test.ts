/** The kind `kernel-module` keeps the contract of kinds; what the running kernel lacks is a failure that says so. */
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeKind } from '../../../test/contract/kind.ts'
import { withOwnSystem } from '../../../test/contract/own-namespaces.ts'
import { programOf } from '../../../test/contract/program-run.ts'
import { kernelModule } from './kernel-module.ts'

const given = { '/etc/modules-load.d': { folder: true } } as const

describeKind({
  kind: 'kernel-module',
  cases: [
    {
      title: 'writes a file for the next boot',
      given,
      resources: [kernelModule({ name: 'br-netfilter' })],
      expected: { '/etc/modules-load.d/bramble-br_netfilter.conf': 'br_netfilter\n' },
    },
    {
      title: 'leaves a module alone that is wanted and there',
      given: { '/etc/modules-load.d/bramble-overlay.conf': 'overlay\n' },
      resources: [kernelModule({ name: 'overlay' })],
      expected: {},
      unchanged: ['kernel-module:overlay'],
    },
  ],
  absent: {
    given,
    present: [kernelModule({ name: 'overlay' })],
    absent: [kernelModule({ name: 'overlay', state: 'absent' })],
  },
  failing: {
    given: { '/etc/modules-load.d': 'no folder\n' },
    resources: [kernelModule({ name: 'overlay' })],
    message: /^$/,
  },
  many: (count) => Array.from({ length: count }, (_, index) => kernelModule({ name: `module_${index}` })),
})

describe('on a running kernel', () => {
  it('what is loaded or built in needs only its file', async () => {
    const loaded = readdirSync('/sys/module').find((name) => /^[a-z][a-z0-9_]+$/.test(name)) ?? ''
    await withOwnSystem(async ({ apply, read }) => {
      const wanted = await programOf([kernelModule({ name: loaded })])
      expect((await apply(wanted)).failed.size).toBe(0)
      expect(await read(`/etc/modules-load.d/bramble-${loaded}.conf`)).toBe(loaded)
      expect((await apply(wanted, 'check')).differing).toEqual([])
      expect((await apply(await programOf([], ['kernel-module']))).removed).toHaveLength(1)
    })
  })

  it('a module that the kernel does not have is a failure that says so, and nothing is written', async () => {
    await withOwnSystem(async ({ apply, run }) => {
      const result = await apply(await programOf([kernelModule({ name: 'no_such_module' })]))
      expect(result.failed.get('kernel-module:no_such_module')?.message).toMatch(
        /does not load the module no_such_module|^modprobe is not on this node/,
      )
      expect((await run('test', '-e', '/etc/modules-load.d/bramble-no_such_module.conf')).code).toBe(1)
    })
  })
})

describe('a module that may not be loaded', () => {
  it('gets only its file', async () => {
    await withOwnSystem(async ({ apply }) => {
      const wanted = await programOf([kernelModule({ name: 'no_such_module', load: false })])
      expect((await apply(wanted)).failed.size).toBe(0)
      expect((await apply(wanted, 'check')).differing).toEqual([])
    })
  })
})

describe('a module', () => {
  it.each(['', '-n', 'a b', "it's", '../x', 'a\nb', '*'])('cannot be called %j', (name) => {
    expect(() => kernelModule({ name })).toThrow()
  })
})
