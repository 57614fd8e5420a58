/** Says in the user's words what zod found wrong with a value, and where. */
import { z } from 'zod'
import { keyCodes } from '../diagnostics/catalogue/keys.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { didYouMean } from '../diagnostics/did-you-mean.ts'
import { flatIssues } from './flat-issues.ts'
import type { PlainIssue } from './flat-issues.ts'
import { knownKeysAt, schemasAt } from './known-keys.ts'
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
    if (!('issue' in flat)) return [wrongType(path, flat.expected, subject)]
    if (flat.isKey) return [badValue(path, flat.issue, subject, true)]
    return issueFindings(flat.issue, path, subject)
  })
}

function issueFindings(issue: PlainIssue, path: KeyPath, subject: Subject): readonly Finding[] {
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(path, key, subject))
    case 'invalid_type':
      return [wrongType(path, [issue.expected], subject)]
    case 'invalid_value':
      return [wrongChoice(path, issue, subject)]
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
  const found = valueAt(value, path)
  const quoted = expected.includes('string') && isBare(found) ? String(found) : undefined
  const issue = quoted === undefined ? undefined : firstIssueOf(quoted, path, schema)
  // Quotes alone would bring the next complaint.
  if (issue !== undefined) return badValue(path, issue, subject)
  const instead = mapInstead(path, found, expected, schema)
  const details = {
    key: keyPathText(path),
    expected: sortsText(expected),
    found: foundText(found),
    description: meaning(path, schema) || (instead === undefined ? meaningOfMap(path, schema) : ''),
    quoted,
    instead,
  }
  return { diagnostic: keyCodes.WRONG_TYPE(details, { where: positions.of(path) }), path, missing: false }
}

/** How a map is written where something else stands: the words of a list as its keys, else the keys that it can have. */
function mapInstead(
  path: KeyPath,
  found: unknown,
  expected: readonly string[],
  schema: z.core.$ZodType,
): string | undefined {
  if (!expected.some((sort) => SORTS[sort] === 'a map')) return undefined
  const keys = knownKeysAt(schema, path).map(({ name }) => name)
  if (keys.length > 0 && !Array.isArray(found))
    return `write a map, with keys such as ${keys.slice(0, 4).join(', ')}`
  const words = Array.isArray(found) ? found.filter((one) => typeof one === 'string') : []
  if (words.length === 0 || words.length !== (found as unknown[]).length) return undefined
  const shown = words.slice(0, 3).map((word) => `${word}: { … }`)
  return `write the names as keys:  ${shown.join(', ')}${words.length > 3 ? ', …' : ''}`
}

function wrongChoice(
  path: KeyPath,
  issue: z.core.$ZodIssueInvalidValue,
  { value, positions }: Subject,
): Finding {
  const found = valueAt(value, path)
  const choices = issue.values.map(String)
  const near =
    typeof found === 'string' ? (didYouMean(found, choices) ?? squeezed(found, choices)) : undefined
  // The words of the schema itself, where there is a way out besides the choices.
  const otherwise = issue.message.startsWith('Invalid ') ? undefined : issue.message
  const details = { key: keyPathText(path), found: foundText(found), choices, near, otherwise }
  return { diagnostic: keyCodes.WRONG_CHOICE(details, { where: positions.of(path) }), path, missing: false }
}

function badValue(
  path: KeyPath,
  issue: z.core.$ZodIssue,
  { schema, positions }: Subject,
  isKey = false,
): Finding {
  const own = issue.code === 'custom' ? issue.params : undefined
  const problem = problemOf(issue)
  const details = {
    key: isKey ? `the key "${path.at(-1)}" of ${keyPathText(path.slice(0, -1))}` : keyPathText(path),
    problem,
    fix: textOf(own?.['fix']) ?? fixFor(problem),
    why: textOf(own?.['why']),
    description: meaning(path, schema),
  }
  const where = isKey ? positions.ofKey(path) : positions.of(path)
  return { diagnostic: keyCodes.BAD_VALUE(details, { where }), path, missing: false }
}

/** "Raspberry Pi 4" means pi4: letters and digits count, and the name of the family goes without saying. */
function squeezed(found: string, choices: readonly string[]): string | undefined {
  const bare = (text: string): string => text.toLowerCase().replace(/raspberry|model|[^a-z0-9]/g, '')
  const wanted = bare(found)
  return (
    choices.find((choice) => bare(choice) === wanted) ??
    choices.findLast((choice) => bare(choice) !== '' && new RegExp(`^${bare(choice)}(?![0-9])`).test(wanted))
  )
}

/** The description of the key that a value belongs to, also of an element of its list. */
function meaning(path: KeyPath, schema: z.core.$ZodType): string {
  const own = path.findLastIndex((step) => typeof step === 'string')
  const key = path[own]
  const parent = path.slice(0, Math.max(own, 0))
  return knownKeysAt(schema, parent).find(({ name }) => name === key)?.description ?? ''
}

/** The description of the map of names in which a value stands. */
function meaningOfMap(path: KeyPath, schema: z.core.$ZodType): string {
  const parent = path.slice(0, -1)
  return schemasAt(schema, parent).some((one) => one instanceof z.ZodRecord) ? meaning(parent, schema) : ''
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** "must be a size such as 64M" says what to write, too. */
function fixFor(problem: string): string | undefined {
  return /^must be (.+)$/.exec(problem)?.[1]?.replace(/^/, 'write ')
}

function firstIssueOf(text: string, path: KeyPath, schema: z.core.$ZodType): z.core.$ZodIssue | undefined {
  const textSchema = schemasAt(schema, path).find((one) => one instanceof z.ZodString)
  return textSchema?.safeParse(text).error?.issues[0]
}

/** YAML takes it for a number or for true or false only because it has no quotes. */
function isBare(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'boolean'
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
  if (issue.code === 'custom' || /^(?:must|cannot|is|has) /.test(issue.message)) return issue.message
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
