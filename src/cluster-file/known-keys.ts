/** Finds out which keys a schema knows at a place, to propose the right one for a misspelt one. */
import { z } from 'zod'
import type { KeyPath } from './positions.ts'

/** What the schema says about one key. */
export interface KnownKey {
  readonly name: string
  readonly description: string
}

/** The keys that a map at `path` may have; none where the schema is open or the path leads nowhere. */
export function knownKeysAt(schema: z.core.$ZodType, path: KeyPath): readonly KnownKey[] {
  return schemasAt(schema, path).flatMap((object) =>
    object instanceof z.ZodObject
      ? Object.entries(object.shape).map(([name, value]) => ({ name, description: describe(value) }))
      : [],
  )
}

/** The schemas of the values that may stand at `path`. */
export function schemasAt(schema: z.core.$ZodType, path: KeyPath): readonly z.core.$ZodType[] {
  return path.reduce<readonly z.core.$ZodType[]>(
    (schemas, step) => schemas.flatMap((inner) => partsOf(inner, step)),
    branchesOf(schema),
  )
}

/** The one text that says what a key means. */
function describe(schema: z.core.$ZodType): string {
  return z.globalRegistry.get(schema)?.description?.replace(/\.$/, '') ?? ''
}

/** The schemas of what stands under one key or index. */
function partsOf(schema: z.core.$ZodType, step: string | number): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodObject) {
    const part = Object.hasOwn(schema.shape, step) ? schema.shape[step] : undefined
    return part === undefined ? [] : branchesOf(part)
  }
  if (schema instanceof z.ZodRecord) return branchesOf(schema.valueType)
  if (schema instanceof z.ZodArray) return branchesOf(schema.element)
  if (schema instanceof z.ZodUnknown) return [schema]
  return []
}

/** A schema without its wrapping: what is optional, has a default, is transformed, or is one of several. */
function branchesOf(schema: z.core.$ZodType): readonly z.core.$ZodType[] {
  if (schema instanceof z.ZodUnion) return schema.options.flatMap(branchesOf)
  if (schema instanceof z.ZodPipe) return branchesOf(schema.in)
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodPrefault
  ) {
    return branchesOf(schema.unwrap())
  }
  return [schema]
}
