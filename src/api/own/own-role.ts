/** A role beside the cluster file: judged by its shape, and what it throws is told with its line. */
import { ownPartCodes } from '../../diagnostics/catalogue/own.ts'
import { DiagnosticsError } from '../../diagnostics/diagnostics-error.ts'
import type { Resource } from '../../resources/kind.ts'
import type { Role } from '../../roles/role.ts'
import { reasonOf } from '../../support/reason.ts'
import { A_FUNCTION, isObjectSchema, shaped, SOME_TEXT, type Loaded, type Member } from './loaded.ts'

const TEXTS: Member = {
  sort: 'a list of texts',
  is: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'),
}

const PACE: Member = {
  sort: "'together', 'one at a time' or { batch: 2 }",
  is: (value) => {
    if (value === 'together' || value === 'one at a time') return true
    const batch = (value as { readonly batch?: unknown } | null)?.batch
    return Number.isInteger(batch) && (batch as number) > 0
  },
}

/** Every member that a role may have; the compiler says when one is missing here. */
const MEMBERS: Readonly<Record<Exclude<keyof Role, 'own'>, Member>> = {
  name: SOME_TEXT,
  summary: SOME_TEXT,
  options: {
    required: true,
    sort: 'an object schema of zod, such as z.strictObject({ … })',
    is: isObjectSchema,
  },
  uses: { sort: "'one' or 'several'", is: (value) => value === 'one' || value === 'several' },
  perNode: TEXTS,
  conflicts: TEXTS,
  requires: TEXTS,
  family: { ...SOME_TEXT, required: false },
  orchestrates: { ...SOME_TEXT, required: false },
  isFoundation: { sort: 'true or false', is: (value) => typeof value === 'boolean' },
  watches: { sort: 'true or false', is: (value) => typeof value === 'boolean' },
  letsIn: A_FUNCTION,
  findings: A_FUNCTION,
  settled: A_FUNCTION,
  secrets: A_FUNCTION,
  certificates: A_FUNCTION,
  allocations: A_FUNCTION,
  offers: A_FUNCTION,
  needs: A_FUNCTION,
  network: A_FUNCTION,
  provides: A_FUNCTION,
  openings: A_FUNCTION,
  keeps: A_FUNCTION,
  pace: PACE,
  follows: A_FUNCTION,
  carries: A_FUNCTION,
  files: A_FUNCTION,
  releases: A_FUNCTION,
  resources: { ...A_FUNCTION, required: true },
  group: A_FUNCTION,
  drains: A_FUNCTION,
  gates: A_FUNCTION,
  store: A_FUNCTION,
  version: A_FUNCTION,
  client: A_FUNCTION,
  services: A_FUNCTION,
  status: A_FUNCTION,
}

/** The role, with its functions guarded. Throws `WrongShape`. */
export function ownRole(loaded: Loaded): Role {
  const given = shaped(loaded, MEMBERS)
  const guarded = Object.entries(given).map(([key, value]) => [
    key,
    typeof value === 'function' ? guard(loaded, key, value as (context: unknown) => unknown) : value,
  ])
  return { ...(Object.fromEntries(guarded) as unknown as Role), own: true }
}

/** What the function throws, and what it must not give, becomes a diagnostic. */
function guard(
  loaded: Loaded,
  step: string,
  work: (context: unknown) => unknown,
): (context: unknown) => unknown {
  return (context) => {
    let given: unknown
    try {
      given = work(context)
    } catch (error) {
      if (error instanceof DiagnosticsError) throw error
      throw failed(loaded, step, saidBy(error), error)
    }
    if (given instanceof Promise) {
      given.catch(() => undefined)
      throw failed(loaded, step, 'it gives a promise; a role is asked and answers at once')
    }
    const problem = PROBLEMS[step]?.(given)
    if (problem !== undefined) throw failed(loaded, step, problem)
    return given
  }
}

function failed(
  { name, file, placeOf }: Loaded,
  step: string,
  problem: string,
  error?: unknown,
): DiagnosticsError {
  const where = placeOf(error) ?? { file, line: 1, column: 1, length: 0 }
  return new DiagnosticsError([ownPartCodes.OWN_ROLE_FAILED({ role: name, step, problem }, { where })])
}

/** The first line; of a constructor's complaint the key and what is wrong with it. */
function saidBy(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'issues' in error && Array.isArray(error.issues)) {
    const issues = error.issues as readonly { path: readonly unknown[]; message: string }[]
    return issues
      .map(({ path, message }) => [...(path.length > 0 ? [path.join('.')] : []), message].join(' '))
      .join('; ')
  }
  return reasonOf(error).split('\n', 1)[0] ?? ''
}

/** What functions must not give. */
const PROBLEMS: Readonly<Record<string, (given: unknown) => string | undefined>> = {
  resources: notResources,
  follows: (given) => (TEXTS.is(given) ? undefined : 'it gives no list of names'),
}

function notResources(given: unknown): string | undefined {
  if (!Array.isArray(given)) return 'it gives no list of resources'
  const odd = given.findIndex((one) => !isResource(one))
  return odd === -1 ? undefined : `item ${odd + 1} of its list is no resource`
}

function isResource(value: unknown): value is Resource {
  return (
    typeof value === 'object' &&
    value !== null &&
    ['kind', 'name', 'digest'].every((key) => typeof (value as Record<string, unknown>)[key] === 'string') &&
    ['row', 'contents', 'needs', 'after', 'inputs'].every((key) =>
      Array.isArray((value as Record<string, unknown>)[key]),
    )
  )
}
