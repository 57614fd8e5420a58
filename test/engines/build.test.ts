/** Every engine is built for this computer and for boards, and runs there. */
import { basename } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { describeEngine, programOf, provideEngine } from './built-or-skipped.ts'
import { enginePlace, ownArchitecture } from './engine-cache.ts'
import { ENGINE_NAMES, recipeOf, type Architecture } from './recipes.ts'
import { runAs } from './target.ts'

const ARCHITECTURES = [...new Set<Architecture>([ownArchitecture(), 'arm64', 'armv6'])]
const isBuiltFor = (architecture: Architecture) => (name: (typeof ENGINE_NAMES)[number]) =>
  architecture !== 'armv6' || recipeOf(name).notForZero === undefined

for (const architecture of ARCHITECTURES) {
  for (const name of ENGINE_NAMES.filter(isBuiltFor(architecture))) {
    await describeEngine(name, architecture, (place) => {
      beforeAll(() => provideEngine(place))

      it.each(place.recipe.packages.map((path) => basename(path)))('%s runs there', async (program) => {
        const words = place.recipe.versionWords[program] ?? []
        const { code, stdout, stderr } = await runAs(place, programOf(place, program), words)
        expect(stderr).not.toContain('qemu')
        expect(code).toBe(0)
        expect(stdout.toString()).toContain(place.recipe.version)
      })

      it('is found again by what it was built from', async () => {
        expect(await enginePlace(name, architecture)).toMatchObject({
          folder: place.folder,
          record: { goVersion: place.goVersion },
        })
      })
    })
  }
}

describe('for a Pi Zero', () => {
  it.each(['nomad', 'vault', 'kubernetes'] as const)(
    'there is no %s, and the reason is said',
    async (name) => {
      expect(await enginePlace(name, 'armv6')).toMatch(/32-bit ARM|ARMv7/)
    },
  )
})
