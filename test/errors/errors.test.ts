/** Holds the catalogue of diagnostics, its reference page and its fixtures to each other, in both directions. */
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { CATALOGUE, RETIRED_CODES } from '../../src/api/explain/catalogue.ts'
import { explainCode, renderErrorReference } from '../../src/api/explain/code-reference.ts'
import { diagnose } from './diagnose.ts'

// Fixtures that are not about a role use sample roles, so that a new option of a real one changes no expected text.
vi.mock('../../src/roles/registry.generated.ts', async (original) => {
  const { roles } = await original<typeof import('../../src/roles/registry.generated.ts')>()
  const { SAMPLE_ROLES } = await import('./sample-roles.ts')
  return { roles: { ...roles, ...SAMPLE_ROLES } }
})

const FIXTURES = 'test/errors'
const AREAS = 'src/diagnostics/catalogue'

const folders = readdirSync(FIXTURES, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
const withFixture = CATALOGUE.filter(({ entry }) => entry.shownBy === undefined).map(({ code }) => code)
const withTest = CATALOGUE.filter(({ entry }) => entry.shownBy !== undefined)

/** The `codes.ts` of every folder below these. */
function codesBeside(...rooms: readonly string[]): string[] {
  return rooms
    .flatMap((room) => readdirSync(room).map((name) => join(room, name, 'codes.ts')))
    .filter((path) => existsSync(path))
}

describe('every code', () => {
  it('has a folder with a faulty cluster file, unless it names the test that shows it', () => {
    expect(folders.toSorted()).toEqual(withFixture.toSorted())
  })

  it.each(withTest.map(({ code, entry }) => [code, entry.shownBy ?? '']))(
    '%s is shown by %s',
    (code, test) => {
      expect(existsSync(test), `${test} does not exist`).toBe(true)
      expect(readFileSync(test, 'utf8')).toContain(code)
    },
  )

  it('is told apart from all others and from those that were given up', () => {
    const codes = [...CATALOGUE.map(({ code }) => code), ...RETIRED_CODES]
    expect(codes).toEqual([...new Set(codes)])
  })

  it('is in the catalogue when a file of an area declares it', async () => {
    const areas = readdirSync(AREAS).filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
    const files = [...areas.map((name) => join(AREAS, name)), ...codesBeside('src/roles', 'src/engines')]
    const modules = await Promise.all(
      files.map((path) => import(join(process.cwd(), path)) as Promise<Record<string, object>>),
    )
    const declared = modules.flatMap((module) => Object.values(module).flatMap((area) => Object.keys(area)))
    expect(CATALOGUE.map(({ code }) => code).toSorted()).toEqual(declared.toSorted())
  })

  it.each(CATALOGUE.map((entry) => [entry.code, entry] as const))(
    '%s has a section and an explanation',
    (_, entry) => {
      expect(entry.code).toMatch(/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/)
      expect(entry.entry.explain.length).toBeGreaterThan(40)
      expect(renderErrorReference()).toContain(`\n## ${entry.code}\n`)
      expect(explainCode(entry)).toContain(entry.entry.explain)
    },
  )
})

describe.each(folders)('%s', (code) => {
  it('is what Bramble says about its fixture, word for word', async () => {
    const folder = join(FIXTURES, code)
    const { diagnostics, rendered } = await diagnose(folder)
    expect(diagnostics.map((diagnostic) => diagnostic.code)).toContain(code)
    await expect(rendered).toMatchFileSnapshot(join(process.cwd(), folder, 'expected.txt'))
  })

  it('says the fact without advice, why it matters and what to type', async () => {
    const { diagnostics } = await diagnose(join(FIXTURES, code))
    for (const { summary, why, fix } of diagnostics) {
      expect(summary).toMatch(/^.{8,110}$/)
      expect(summary).not.toMatch(/[.!]$/)
      expect(why).toMatch(/^[^A-Z].{10,}[^.]$/)
      expect(fix.length).toBeGreaterThan(5)
    }
  })
})
