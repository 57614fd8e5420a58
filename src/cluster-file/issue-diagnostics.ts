/** Says in the user's words what zod found wrong with a value, and where. */
import type { z } from 'zod'
import { keyCodes } from '../diagnostics/catalogue/keys.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import { flatIssues } from './flat-issues.ts'
import type { PlainIssue } from './flat-issues.ts'
import { knownKeysAt } from './known-keys.ts'
import { keyPathText } from './positions.ts'
import type { KeyPath, Positions } from './positions.ts'

/** One mistake, and the path of what has to go for the rest to make sense. */
export interface Finding {
  readonly diagnostic: Diagnostic
  readonly path: KeyPath
  /** The value is not wrong but missing. */
  readonly missing: boolean
}

/** What the findings are about. */
export interface Subject {
  readonly schema: z.core.$ZodType
  readonly value: unknown
  readonly positions: Positions
}

/** One finding for each mistake. */
export function findingsOf(issues: readonly z.core.$ZodIssue[], subject: Subject): readonly Finding[] {
  return flatIssues(issues).flatMap((flat) => {
    const { path } = flat
    // What is missing shows as whatever the schema tried first.
    if (!('issue' in flat && flat.issue.code === 'unrecognized_keys') && isMissing(path, subject)) {
      return [missingKey(path, subject)]
    }
    return 'issue' in flat
      ? issueFindings(flat.issue, path, subject)
      : [wrongType(path, flat.expected, subject)]
  })
}

function issueFindings(issue: PlainIssue, path: KeyPath, subject: Subject): readonly Finding[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key, subject))
    case 'invalid_type':
      return [wrongType(path, [issue.expected], subject)]
    case 'invalid_value':
      return [wrongChoice(path, issue.values, subject)]
    default:
      return [badValue(path, issue, subject)]
  }
}

function isMissing(path: KeyPath, { value }: Subject): boolean {
  return path.length > 0 && valueAt(value, path) === undefined
}

function unknownKey(parent: KeyPath, key: string, { schema, positions }: Subject): Finding {
  const path = [...parent, key]
  const where = positions.ofKey(path)
  const known = knownKeysAt(schema, parent).map(({ name }) => name)
  const near = didYouMean(key, known)
  const isRole = parent.length === 1 && parent[0] === 'roles'
  const diagnostic = isRole
    ? keyCodes.UNKNOWN_ROLE({ role: key, near, known }, { where })
    : keyCodes.UNKNOWN_KEY({ key, parent: keyPathText(parent), near, known }, { where })
  return { diagnostic, path, missing: false }
}

function missingKey(path: KeyPath, { schema, positions }: Subject): Finding {
  const parent = path.slice(0, -1)
  const key = String(path.at(-1) ?? '')
  const details = { key, parent: keyPathText(parent), description: meaning(path, schema) }
  return {
    diagnostic: keyCodes.MISSING_KEY(details, { where: positions.ofKey(parent) }),
    path,
    missing: true,
  }
}

function wrongType(path: KeyPath, expected: readonly string[], subject: Subject): Finding {
  const { schema, value, positions } = subject
  const details = {
    key: keyPathText(path),
    expected: sortsText(expected),
    found: foundText(valueAt(value, path)),
    description: meaning(path, schema),
  }
  return { diagnostic: keyCodes.WRONG_TYPE(details, { where: positions.of(path) }), path, missing: false }
}

function wrongChoice(
  path: KeyPath,
  values: readonly z.core.util.Primitive[],
  { value, positions }: Subject,
): Finding {
  const found = valueAt(value, path)
  const choices = values.map(String)
  const near = typeof found === 'string' ? didYouMean(found, choices) : undefined
  const details = { key: keyPathText(path), found: foundText(found), choices, near }
  return { diagnostic: keyCodes.WRONG_CHOICE(details, { where: positions.of(path) }), path, missing: false }
}

function badValue(path: KeyPath, issue: z.core.$ZodIssue, { schema, positions }: Subject): Finding {
  const fix = issue.code === 'custom' ? fixOf(issue.params) : undefined
  const details = {
    key: keyPathText(path),
    problem: problemOf(issue),
    fix,
    description: meaning(path, schema),
  }
  return { diagnostic: keyCodes.BAD_VALUE(details, { where: positions.of(path) }), path, missing: false }
}

/** The description of the key that a value belongs to, also of an element of its list. */
function meaning(path: KeyPath, schema: z.core.$ZodType): string {
  const own = path.findLastIndex((step) => typeof step === 'string')
  const key = path[own]
  return (
    knownKeysAt(schema, path.slice(0, Math.max(own, 0))).find(({ name }) => name === key)?.description ?? ''
  )
}

function fixOf(params: Record<string, unknown> | undefined): string | undefined {
  return typeof params?.['fix'] === 'string' ? params['fix'] : undefined
}

/** Goes on from the key: "is too small: at least 1". */
function problemOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'too_small') {
    return issue.origin === 'number' || issue.origin === 'int'
      ? `is too small: at least ${issue.minimum}`
      : `is too short: at least ${issue.minimum}`
  }
  if (issue.code === 'too_big') {
    return issue.origin === 'number' || issue.origin === 'int'
      ? `is too large: at most ${issue.maximum}`
      : `is too long: at most ${issue.maximum}`
  }
  if (issue.code === 'custom') return issue.message
  return `is not right: ${issue.message.charAt(0).toLowerCase()}${issue.message.slice(1)}`
}

const SORTS: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
  null: 'nothing',
}

/** Where text is taken, numbers and true/false are taken as text too; saying so would not help. */
function sortsText(expected: readonly string[]): string {
  const helpful = expected.includes('string')
    ? expected.filter((sort) => sort !== 'number' && sort !== 'boolean')
    : expected
  return [...new Set(helpful.map((sort) => SORTS[sort] ?? sort))].join(' or ')
}

function foundText(value: unknown): string {
  if (value === null || value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return value.length > 40 ? 'this text' : `"${value}"`
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`
}

function valueAt(value: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null && Object.hasOwn(inner, step)
        ? (inner as Record<string | number, unknown>)[step]
        : undefined,
    value,
  )
}
