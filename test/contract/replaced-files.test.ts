import { expect, it } from 'vitest'
import { describeAsRoot } from './as-root.ts'
import { tracedReplacements } from './replaced-files.ts'

describeAsRoot('every file that is replaced', () => {
  it.each(['dash', 'busybox'] as const)(
    'is written, flushed, renamed, and its folder flushed, before that is told, under %s',
    async (shell) => {
      const found = await tracedReplacements(shell)
      expect(found.filter(({ broken }) => broken !== undefined)).toEqual([])
      const paths = new Set(found.map(({ path }) => path))
      for (const path of [
        '/etc/hostname',
        '/etc/localtime',
        '/etc/hosts',
        '/srv/old',
        '/srv/now',
        '/var/lib/bramble/owned',
      ])
        expect(paths).toContain(path)
      expect(found.filter(({ how }) => how === 'renamed').length).toBeGreaterThan(20)
    },
    120_000,
  )
})
