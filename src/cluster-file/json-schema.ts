/** The JSON Schema of the cluster file, with which editors complete, explain and check. */
import { z } from 'zod'
import { referenceSchema } from './references/reference.ts'
import { clusterFileSchema } from './schema.ts'
import type { RoleSchemas } from './role-form.ts'

type Part = Readonly<Record<string, unknown>>

const TARGET = { io: 'input', target: 'draft-07' } as const

/** A draft-07 schema (what editors' YAML support understands best) of a cluster file with these roles. */
export function clusterFileJsonSchema(roles: RoleSchemas): Readonly<Record<string, unknown>> {
  const { required, properties } = plainJsonSchema(roles)
  const described = properties as Readonly<Record<string, Part>>
  const describe = (key: string) => [key, { description: described[key]?.['description'] }] as const
  // What has to be said may stand in a file that it includes.
  const anyOf = [required as readonly string[], ['include']].map((keys) => ({
    type: 'object',
    properties: Object.fromEntries(keys.map(describe)),
    required: keys,
  }))
  return { ...partJsonSchema(roles), title: 'Cluster file', anyOf }
}

/** The same for a file that a cluster file includes: what has to be said may stand in another one. */
export function partJsonSchema(roles: RoleSchemas): Readonly<Record<string, unknown>> {
  const { $schema, required: _elsewhere, ...schema } = plainJsonSchema(roles)
  const { $schema: _same, ...reference } = z.toJSONSchema(referenceSchema, TARGET)
  return { $schema, ...withReferences(schema), title: 'Part of a cluster file', definitions: { reference } }
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
  if (isText(own)) {
    return {
      ...(description !== undefined && { description }),
      ...(otherwise !== undefined && { default: otherwise }),
      anyOf: [own, REFERENCE],
    }
  }
  const inner = Object.entries(part).map(([key, value]) => [key, inPart(key, value)] as const)
  return Object.fromEntries(inner)
}

function isText({ type }: Part): boolean {
  return [type].flat().includes('string')
}

function inPart(key: string, value: unknown): unknown {
  if (key === 'properties') {
    return Object.fromEntries(
      Object.entries(value as Part).map(([name, one]) => [name, withReferences(one as Part)]),
    )
  }
  if (key === 'anyOf') {
    const forms = value as readonly Part[]
    const inner = forms.map((form) => (isText(form) ? form : withReferences(form)))
    return forms.some(isText) ? [...inner, REFERENCE] : inner
  }
  const isInner = key === 'items' || key === 'additionalProperties'
  return isInner && typeof value === 'object' && value !== null ? withReferences(value as Part) : value
}
