/** Writes the reference page of the cluster file, `docs/reference/cluster-file.md`, from the same schema as the editor help. */
import { plainJsonSchema } from './json-schema.ts'
import type { RoleSchemas } from './role-form.ts'

/** The parts of a JSON Schema that pages of the reference show. */
export interface SchemaPart {
  readonly type?: string | readonly string[]
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly SchemaPart[]
  readonly oneOf?: readonly SchemaPart[]
  readonly items?: SchemaPart | boolean
  readonly properties?: Readonly<Record<string, SchemaPart>>
  readonly additionalProperties?: SchemaPart | boolean
  readonly required?: readonly string[]
  readonly default?: unknown
  readonly description?: string
}

/** The whole page, in Markdown: one table for each map of the cluster file. */
export function renderClusterFileReference(roles: RoleSchemas): string {
  return `${HEAD}\n${tables('The cluster file', plainJsonSchema(roles)).join('\n')}`
}

const HEAD = `# The cluster file

Generated from its schema; editors show the same descriptions when the first line is
\`# yaml-language-server: $schema=./cluster.schema.json\` (\`bramble schema > cluster.schema.json\` writes that file).
\`NAME\` stands for a name that you choose.

Wherever text is taken, it can also stand elsewhere: \`{ from: { file: PATH } }\` is the text of a file beside the cluster file, \`{ from: { env: NAME } }\` a
variable in the environment of the command, and \`{ from: { secret: NAME } }\` a secret of the store: [references](../cluster-file.md#texts-that-stand-elsewhere).
`

/** Defaults of maps and lists show in the tables of their keys. */
function shownDefault(value: unknown): string {
  if (value === undefined || typeof value === 'object') return ''
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``
}

/** A table of the keys of one map, and below it those of the maps in it. */
function tables(title: string, part: SchemaPart): readonly string[] {
  const required = new Set(part.required)
  const rows = Object.entries(part.properties ?? {}).map(([key, inner]) => {
    const otherwise = required.has(key) ? 'required' : shownDefault(inner.default)
    return `| \`${key}\` | ${sorts(inner)} | ${otherwise} | ${cell(inner.description ?? '')} |`
  })
  const own = `## ${title}\n\n| key | takes | if left out | |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n`
  const path = title === 'The cluster file' ? '' : `${title}.`
  return [
    own,
    ...Object.entries(part.properties ?? {}).flatMap(([key, inner]) => inside(`${path}${key}`, inner)),
  ]
}

/** Tables for the maps that a value holds: itself, behind names, in lists, or as one of several forms. */
function inside(title: string, part: SchemaPart): readonly string[] {
  if (part.properties) return tables(title, part)
  if (part.anyOf) return [...new Set(part.anyOf.flatMap((form) => inside(title, form)))]
  if (typeof part.items === 'object') return inside(title, part.items)
  return typeof part.additionalProperties === 'object'
    ? inside(`${title}.NAME`, part.additionalProperties)
    : []
}

/** The types of JSON Schema in words. */
export const TYPE_WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  object: 'a map',
  array: 'a list',
}

/** What a value may be, in words; text covers the numbers and booleans that are taken as text. */
function sorts(part: SchemaPart): string {
  if (part.enum) return part.enum.map((choice) => `\`${String(choice)}\``).join(', ')
  const types = [part, ...flat(part)].flatMap(({ type = [] }) => type)
  const helpful = types.filter(
    (type) => type !== 'null' && !(types.includes('string') && /^(number|boolean)$/.test(type)),
  )
  return [...new Set(helpful.map((type) => TYPE_WORDS[type] ?? type))].join(' or ')
}

function flat({ anyOf = [] }: SchemaPart): readonly SchemaPart[] {
  return anyOf.flatMap((form) => [form, ...flat(form)])
}

/** Text that stays within its cell of a table in Markdown. */
export function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
