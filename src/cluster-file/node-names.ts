/** Which values of a cluster file name nodes. A schema says so where it takes such a name, so nobody keeps a list of such places. */
import { z } from 'zod'
import type { KeyPath } from './positions.ts'

/** What a name stands for: a node among those that are chosen, the way to another node, or a node in an option of a role. */
export type NameUse = 'selection' | 'way' | 'option'

const USES = z.registry<{ readonly use: NameUse }>()

/** The schema of a value that names a node; what it takes stays as it is. */
export function nodeName<Schema extends z.ZodType>(schema: Schema, use: NameUse = 'option'): Schema {
  const own = schema.clone(schema.def, { parent: true })
  USES.add(own, { use })
  return own
}

/** A value that names a node, and its place. */
export interface NamedNode {
  readonly path: KeyPath
  readonly name: string
  readonly use: NameUse
}

/** Every value in `written` that names a node by this schema, in the order of the file; keys of `nodes` are none. */
export function namedNodes(schema: z.ZodType, written: unknown): readonly NamedNode[] {
  const found = new Map<string, NamedNode>()
  walk(schema, written, [], (named) => found.set(JSON.stringify(named.path), named))
  return [...found.values()]
}

/** The parts that a schema may be made of, as far as a value can lie in them. */
type Inner = {
  readonly shape?: Readonly<Record<string, z.ZodType>>
  readonly element?: z.ZodType
  readonly options?: readonly z.ZodType[]
  readonly innerType?: z.ZodType
  readonly in?: z.ZodType
  readonly valueType?: z.ZodType
  readonly getter?: () => z.ZodType
}

function walk(schema: z.ZodType, value: unknown, path: KeyPath, tell: (named: NamedNode) => void): void {
  const use = USES.get(schema as never)?.use
  if (use !== undefined) {
    if (typeof value === 'string' || typeof value === 'number') tell({ path, name: String(value), use })
    return
  }
  const inner = schema.def as Inner
  const others = [...(inner.options ?? []), inner.innerType, inner.in, inner.getter?.()]
  for (const other of others) if (other !== undefined) walk(other, value, path, tell)
  if (typeof value !== 'object' || value === null) return
  for (const [key, item] of Object.entries(value)) {
    const [step, part] = Array.isArray(value) ? [Number(key), inner.element] : [key, partOf(inner, key)]
    if (part !== undefined) walk(part, item, [...path, step], tell)
  }
}

function partOf({ shape, valueType }: Inner, key: string): z.ZodType | undefined {
  return shape && Object.hasOwn(shape, key) ? shape[key] : valueType
}
