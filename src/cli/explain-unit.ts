/** What `bramble explain` says of a role or a kind: what it is for, and what it takes. */
import { z } from 'zod'
import { registryOf } from '../api/own/load-own.ts'
import { TYPE_WORDS, type SchemaPart } from '../cluster-file/reference.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'

/** A role or a kind. */
export interface ExplainedUnit {
  readonly sort: 'role' | 'kind'
  readonly name: string
  readonly summary: string
  readonly own: boolean
  readonly options: readonly {
    readonly name: string
    readonly takes: string
    readonly default: string
    readonly description: string
  }[]
}

/** The role or kind of this name among those that the cluster of a folder may use; and every name that there is. */
export async function unitByName(
  name: string,
  folder: string,
): Promise<{
  readonly unit?: ExplainedUnit
  readonly names: readonly string[]
  readonly diagnostics: readonly Diagnostic[]
}> {
  const { roles, kinds, diagnostics } = await registryOf(folder)
  const names = [...Object.keys(roles), ...Object.keys(kinds)]
  const role = Object.hasOwn(roles, name) ? roles[name] : undefined
  const kind = Object.hasOwn(kinds, name) ? (kinds[name]?.kind as Explainable | undefined) : undefined
  const found = role ?? kind
  if (!found) return { names, diagnostics }
  const { summary, options } = found
  const unit = {
    sort: role ? 'role' : 'kind',
    name,
    summary,
    own: role?.own === true,
    options: rowsOf(options),
  } as const
  return { unit, names, diagnostics }
}

interface Explainable {
  readonly summary: string
  readonly options: z.ZodType
}

function rowsOf(schema: z.ZodType): ExplainedUnit['options'] {
  const part = z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-07',
    unrepresentable: 'any',
  }) as SchemaPart
  return Object.entries(part.properties ?? {}).map(([name, inner]) => ({
    name,
    takes: sortsOf(inner),
    default:
      part.required?.includes(name) === true
        ? 'required'
        : inner.default === undefined
          ? ''
          : JSON.stringify(inner.default),
    description: inner.description ?? '',
  }))
}

function sortsOf(part: SchemaPart): string {
  if (part.const !== undefined) return JSON.stringify(part.const)
  if (part.enum) return part.enum.map(String).join(', ')
  const forms = [...(part.anyOf ?? []), ...(part.oneOf ?? [])]
  const sorts =
    forms.length > 0 ? forms.map(sortsOf) : [part.type ?? []].flat().map((type) => TYPE_WORDS[type] ?? type)
  return [...new Set(sorts.filter((sort) => sort !== '' && sort !== 'null'))].join(' or ')
}

/** As people read it. */
export function unitText({ sort, name, summary, own, options }: ExplainedUnit): string {
  const head = `${name} (${own ? `a ${sort} of your own` : sort}): ${summary}\n`
  if (options.length === 0) return `${head}\nIt takes no options.\n`
  const rows = options.map((option) => {
    const otherwise =
      option.default === '' || option.default === 'required'
        ? option.default
        : `${option.default} when left out`
    const takes = [option.takes, otherwise].filter((text) => text !== '').join('; ')
    return `  ${option.name}${takes === '' ? '' : ` (${takes})`}\n      ${option.description}\n`
  })
  return `${head}\n${rows.join('')}`
}
