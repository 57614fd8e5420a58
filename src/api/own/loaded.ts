/** What an own file gave, and how its mistakes are told. */
import { readFileSync } from 'node:fs'
import { ownPartCodes } from '../../diagnostics/catalogue/own.ts'
import type { Diagnostic, FilePlace } from '../../diagnostics/diagnostic.ts'
import type { TypedRun } from '../../cluster-file/run-typed.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'

/** The default export of an own file. */
export interface Loaded extends Pick<TypedRun, 'placeOf'> {
  readonly what: 'role' | 'kind'
  /** As its file is called. */
  readonly name: string
  /** Path as the user would type it. */
  readonly file: string
  readonly value: unknown
}

/** Why an own file cannot be used. */
export class WrongShape extends Error {
  readonly diagnostic: Diagnostic

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.summary)
    this.diagnostic = diagnostic
  }
}

/** What one member of a definition has to be. */
export interface Member {
  readonly required?: boolean
  /** In words, after "is no". */
  readonly sort: string
  readonly is: (value: unknown) => boolean
}

/** The value with its members judged; throws {@link WrongShape} at the line of the first that is wrong. */
export function shaped(
  loaded: Loaded,
  members: Readonly<Record<string, Member>>,
): Readonly<Record<string, unknown>> {
  const { what, name, value } = loaded
  const made = what === 'role' ? 'defineRole' : 'defineKind'
  if (typeof value !== 'object' || value === null) {
    throw wrong(loaded, 'default', `exports no ${what}`, `write  export default ${made}({ … })`)
  }
  const given = value as Readonly<Record<string, unknown>>
  for (const key of Object.keys(given)) {
    if (Object.hasOwn(members, key)) continue
    const near = didYouMean(key, Object.keys(members))
    throw wrong(
      loaded,
      key,
      `has ${key}, which no ${what} has`,
      near === undefined ? 'take it out' : `did you mean ${near}?`,
    )
  }
  for (const [key, { required = false, sort, is }] of Object.entries(members)) {
    if (given[key] === undefined && !required) continue
    if (given[key] === undefined) throw wrong(loaded, 'default', `has no ${key}`, `give it ${key}: ${sort}`)
    if (!is(given[key])) throw wrong(loaded, key, `has a ${key} that is no ${sort}`, `give it ${sort}`)
  }
  if (given['name'] !== name) {
    throw wrong(
      loaded,
      'name',
      `defines ${String(given['name'])}`,
      `write  name: '${name}'  or rename the file`,
    )
  }
  return given
}

/** A mistake at the first line of the file that has the key as one. */
export function wrong({ what, file }: Loaded, key: string, problem: string, fix: string): WrongShape {
  return new WrongShape(
    ownPartCodes.OWN_FILE_WRONG({ file, what, problem, fix }, { where: placeOfKey(file, key) }),
  )
}

function placeOfKey(file: string, key: string): FilePlace {
  const lines = readFileSync(file, 'utf8').split('\n')
  const found = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line))
  const own = key === 'default' ? -1 : found(new RegExp(`(?:^|[{,\\s])${key}\\s*[:(,]`))
  const index = own === -1 ? Math.max(found(/export default|as default/), 0) : own
  const column = own === -1 ? 0 : Math.max(lines[index]?.indexOf(key) ?? 0, 0)
  return { file, line: index + 1, column: column + 1, length: own === -1 ? 0 : key.length }
}

/** A text that is not empty. */
export const SOME_TEXT: Member = {
  required: true,
  sort: 'a text',
  is: (value) => typeof value === 'string' && value.trim() !== '',
}

/** A function. */
export const A_FUNCTION: Member = { sort: 'a function', is: (value) => typeof value === 'function' }

/** Schemas are known by what they can do: those of another copy of zod are as good. */
export function isObjectSchema(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    'safeExtend' in value &&
    'safeParse' in value &&
    'shape' in value
  )
}
