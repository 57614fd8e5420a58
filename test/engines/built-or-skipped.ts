/** What tests do with an engine that may not be there: build it, or be listed as skipped with what to install. */
import { join } from 'node:path'
import { describe, it } from 'vitest'
import { buildEngine } from './build-engine.ts'
import { enginePlace, type EnginePlace } from './engine-cache.ts'
import type { Architecture, EngineName } from './recipes.ts'
import { targetOf } from './target.ts'

/** Defines tests of an engine for an architecture; without a toolchain they are skipped, by name. */
export async function describeEngine(
  name: EngineName,
  architecture: Architecture,
  tests: (place: EnginePlace) => void,
): Promise<void> {
  const title = `${name} for ${architecture}`
  const place = await enginePlace(name, architecture)
  const lacks = typeof place === 'string' ? place : targetOf(place).lacks
  if (typeof place === 'string' || lacks !== undefined) {
    console.log(`skipped: ${title}: ${lacks}`)
    describe.skip(`${title} (${lacks})`, () => {
      it('is built and runs', () => undefined)
    })
    return
  }
  describe(title, () => {
    tests(place)
  })
}

/** Builds an engine unless it is there. */
export async function provideEngine(place: EnginePlace): Promise<void> {
  if (place.record === undefined) await buildEngine(place)
}

/** Path of one of its programs. */
export function programOf(place: EnginePlace, program: string = place.recipe.name): string {
  return join(place.folder, program)
}
