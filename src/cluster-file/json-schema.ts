/** The JSON Schema of the cluster file, with which editors complete, explain and check. */
import { z } from 'zod'
import { referenceSchema } from './references/reference.ts'
import { clusterFileSchema } from './schema.ts'
import type { RoleSchemas } from './role-form.ts'

type Part = Readonly<Record<string, unknown>>

const TARGET = { io: 'input', target: 'draft-07' } as const

/** A draft-07 schema (what editors' YAML support understands best) of a cluster file with these roles. */
export function clusterFileJsonSchema(roles: RoleSchemas): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = plainJsonSchema(roles)
  const { $schema: _same, ...reference } = z.toJSONSchema(referenceSchema, TARGET)
  return { $schema, ...withReferences(schema), definitions: { reference } }
}

/** The same for a file that a cluster file includes: what has to be said may stand in another one. */
export function partJsonSchema(roles: RoleSchemas): Readonly<Record<string, unknown>> {
  const { required: _elsewhere, ...schema } = clusterFileJsonSchema(roles)
  return { ...schema, title: 'Part of a cluster file' }
}

/** The same without the notation for texts that stand elsewhere, which is taken wherever a text is. */
export function plainJsonSchema(roles: RoleSchemas): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(clusterFileSchema(roles), TARGET)
  return {
    $schema,
    title: 'Cluster file',
    description: 'A cluster of boards, as Bramble reads it.',
    ...schema,
  }
}

const REFERENCE: Part = { $ref: '#/definitions/reference' }

/** A schema that takes a reference wherever it takes a text; the names of keys are none. */
function withReferences(part: Part): Part {
  const { description, default: otherwise, ...own } = part
  if (own['type'] === 'string') {
    return {
      ...(description !== undefined && { description }),
      ...(otherwise !== undefined && { default: otherwise }),
      anyOf: [own, REFERENCE],
    }
  }
  const inner = Object.entries(part).map(([key, value]) => [key, inPart(key, value)] as const)
  return Object.fromEntries(inner)
}

function inPart(key: string, value: unknown): unknown {
  if (key === 'properties') {
    return Object.fromEntries(
      Object.entries(value as Part).map(([name, one]) => [name, withReferences(one as Part)]),
    )
  }
  if (key === 'anyOf') {
    const forms = value as readonly Part[]
    const inner = forms.map((form) => (form['type'] === 'string' ? form : withReferences(form)))
    return forms.some(({ type }) => type === 'string') ? [...inner, REFERENCE] : inner
  }
  const isInner = key === 'items' || key === 'additionalProperties'
  return isInner && typeof value === 'object' && value !== null ? withReferences(value as Part) : value
}
