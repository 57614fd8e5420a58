/** A table of options in Markdown, from the JSON Schema of a zod schema; options inside options have a path. */
import { z } from 'zod'
import { cell, TYPE_WORDS, type SchemaPart } from '../../src/cluster-file/reference.ts'

/** Lines of the table; a sentence when there are no options. */
export function optionsTable(schema: z.ZodType): string[] {
  // What JSON cannot say, such as bytes, is told by its description.
  const part = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-07',
    unrepresentable: 'any',
  }) as SchemaPart
  const rows = rowsOf('', part)
  if (rows.length === 0) return ['It takes no options.']
  return ['| option | takes | if left out | meaning |', '| --- | --- | --- | --- |', ...rows]
}

function rowsOf(path: string, part: SchemaPart): string[] {
  const required = new Set(part.required)
  const own = Object.entries(part.properties ?? {}).flatMap(([key, inner]) => {
    const name = path === '' ? key : `${path}.${key}`
    const otherwise = required.has(key) ? 'required' : defaultOf(inner)
    return [
      `| \`${name}\` | ${cell(sortsOf(inner))} | ${cell(otherwise)} | ${cell(inner.description ?? '')} |`,
      ...rowsOf(name, inner),
    ]
  })
  const forms = [...(part.anyOf ?? []), ...(part.oneOf ?? [])].flatMap((form) => rowsOf(path, form))
  const elements = typeof part.items === 'object' ? rowsOf(`${path}[]`, part.items) : []
  const values =
    typeof part.additionalProperties === 'object' ? rowsOf(`${path}.NAME`, part.additionalProperties) : []
  return [...new Set([...own, ...forms, ...elements, ...values])]
}

function defaultOf({ default: value }: SchemaPart): string {
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``
}

/** What a value may be, in words. */
function sortsOf(part: SchemaPart): string {
  if (part.const !== undefined) return `\`${JSON.stringify(part.const)}\``
  if (part.enum) return part.enum.map((choice) => `\`${String(choice)}\``).join(', ')
  const forms = [...(part.anyOf ?? []), ...(part.oneOf ?? [])]
  const sorts =
    forms.length > 0 ? forms.map(sortsOf) : [part.type ?? []].flat().map((type) => TYPE_WORDS[type] ?? type)
  return [...new Set(sorts.filter((sort) => sort !== '' && sort !== 'null'))].join(' or ')
}
