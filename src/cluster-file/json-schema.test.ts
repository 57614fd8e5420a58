import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { clusterFileJsonSchema } from './json-schema.ts'

const options = z.object({ timezone: z.string().default('UTC').meta({ description: 'Time zone.' }) })
const described = { options }
const schema = clusterFileJsonSchema({ base: described })

/** Every key of every map in a schema, with what it says. */
function keys(part: unknown, path = ''): { readonly path: string; readonly description?: unknown }[] {
  if (typeof part !== 'object' || part === null) return []
  return Object.entries(part).flatMap(([name, inner]: [string, unknown]) => {
    const below = keys(inner, `${path}/${name}`)
    if (!path.endsWith('/properties')) return below
    return [{ path: `${path}/${name}`, ...(inner as { description?: unknown }) }, ...below]
  })
}

describe('the JSON Schema of the cluster file', () => {
  it('describes every key in a sentence', () => {
    const all = keys(schema)
    expect(all.length).toBeGreaterThan(50)
    for (const { path, description } of all) expect(description, path).toMatch(/^[\w`"].{8,}\.$/)
  })

  it('asks for nothing that has a default', () => {
    expect((schema['anyOf'] as readonly { required: readonly string[] }[])[0]?.required).toEqual([
      'cluster',
      'domain',
      'nodes',
    ])
  })

  it('describes the options of roles beside where the role is', () => {
    const paths = keys(schema).map(({ path }) => path)
    const base = '/properties/roles/properties/base/properties'
    expect(
      paths.filter((path) => path.startsWith(base) && !path.slice(base.length + 1).includes('/')),
    ).toEqual([`${base}/timezone`, `${base}/on`, `${base}/count`])
  })

  it('is a draft-07 schema by the rules of that draft', () => {
    const ajv = new Ajv({ strict: true, allowUnionTypes: true })
    expect(ajv.validateSchema(schema)).toBe(true)
    expect(ajv.compile(schema)({ cluster: 'a', domain: 'example.net', nodes: { b: null } })).toBe(true)
  })
})
