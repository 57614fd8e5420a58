/** The notation for a text that stands elsewhere: `{ from: { file: PATH } }`, `{ from: { env: NAME } }`, `{ from: { secret: NAME } }`. */
import { z } from 'zod'

/** What a text can be taken from. */
export const SOURCES = ['file', 'env', 'secret'] as const
export type Source = (typeof SOURCES)[number]

/** What each of them is, for editors and the reference. */
const MEANINGS: Readonly<Record<Source, string>> = {
  file: 'A file beside the cluster file, by its path from there; its text is taken as it is.',
  env: 'A variable in the environment of the command; it shows in plans as any other text.',
  secret: 'A secret of the store, which shows nowhere: bramble secrets import NAME.',
}

/** A reference as it is written. */
export interface Reference {
  readonly from: { readonly file?: string; readonly env?: string; readonly secret?: string }
}

/** A value in which every text may also be a reference: what may be written where a schema takes `Value`. */
export type WithReferences<Value> = Value extends string
  ? string extends Value
    ? Value | Reference
    : Value
  : Value extends (...given: never[]) => unknown
    ? Value
    : Value extends object
      ? { readonly [Key in keyof Value]: WithReferences<Value[Key]> }
      : Value

/** Where a reference leads. */
export interface Target {
  readonly source: Source
  readonly name: string
}

/** What a value says that may be a reference: where it leads, that it is meant as one and is none, or nothing of the kind. */
export function targetOf(value: unknown): Target | 'unclear' | undefined {
  if (!isMap(value) || !isMap(value['from']) || Object.keys(value).length !== 1) return undefined
  const [[source, name] = [], ...others] = Object.entries(value['from'])
  if (others.length > 0 || typeof name !== 'string' || name === '' || !isSource(source)) return 'unclear'
  return { source, name }
}

function isSource(name: unknown): name is Source {
  return (SOURCES as readonly unknown[]).includes(name)
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const sources = SOURCES.map((source) =>
  z.strictObject({ [source]: z.string().meta({ description: MEANINGS[source] }) }),
)

/** For editors. */
export const referenceSchema = z
  .strictObject({
    from: z.union(sources).meta({ description: 'Where the text stands: one of file, env, secret.' }),
  })
  .meta({ description: 'A text that stands elsewhere: in a file, in the environment, among the secrets.' })
