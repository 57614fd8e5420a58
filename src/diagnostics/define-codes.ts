/** How an area of the catalogue declares its codes, and what a declared code can do. */
import type { Diagnostic, Place, Related, Severity } from './diagnostic.ts'

/**
 * What shows that a code is real. A mistake in the cluster file has a folder `test/errors/CODE/`; everything else
 * names the test file that brings it about, and that file must mention the code.
 */
export type Origin = 'cluster-file' | 'cluster' | 'secrets' | 'node' | 'delivery' | 'lab' | 'command'

/** The parts of a code that depend on the case are functions of its details. */
type Wording<Details> = string | ((details: Details) => string)

/** One entry of the catalogue. */
export interface CodeEntry<Details> {
  /** `error` when left out. */
  readonly severity?: Severity
  /** `cluster-file` when left out. */
  readonly origin?: Origin
  /** Path of the test that brings this about, from the top folder; left out for codes with a fixture folder. */
  readonly shownBy?: string
  /** The mistake in general, as a heading: "A key that does not exist". */
  readonly title: string
  /** The fact in this case; at most 80 characters where names allow it, no advice, no trailing full stop. */
  readonly summary: Wording<Details>
  /** The consequence in the cluster. */
  readonly why: Wording<Details>
  /** What to type. */
  readonly fix: Wording<Details>
  /** The long text of `bramble explain` and of the reference page: Markdown, one or more paragraphs. */
  readonly explain: string
}

/** Where a diagnostic applies, beside its details. */
export interface At {
  readonly where?: Place | undefined
  readonly also?: readonly Related[] | undefined
  /** What a failing program printed; only the last 20 lines are kept. */
  readonly output?: readonly string[] | undefined
}

/** A declared code: call it to make the diagnostic. */
export interface Code<Details> {
  (details: Details, at?: At): Diagnostic
  readonly code: string
  readonly entry: CodeEntry<never>
}

const OUTPUT_LINES = 20

/** Gives an entry the type of its details, so that its functions need no annotations. */
export function code<Details = Record<never, never>>(entry: CodeEntry<Details>): CodeEntry<NoInfer<Details>> {
  return entry
}

/**
 * Declares the codes of one area.
 *
 * Adding a code: put an entry into the area's file in `catalogue/`, and either a folder `test/errors/CODE/` with the
 * faulty `cluster.yaml` (the expected text is written by `npx vitest run test/errors -u`) or `origin` and `shownBy`.
 * The codes of a role or an engine are in a `codes.ts` of its folder, and need no line anywhere else. A new area is a new file in `catalogue/` and
 * one line in `src/api/explain/catalogue.ts`. A code that is given up goes to the list of
 * retired codes, so that it never comes back with another meaning.
 *
 * @example
 * export const deliveryCodes = defineCodes({
 *   NODE_UNREACHABLE: code<{ node: string; address: string }>({
 *     origin: 'delivery',
 *     shownBy: 'src/delivery/push/unreachable.test.ts',
 *     title: 'A node does not answer',
 *     summary: ({ node, address }) => `${node} does not answer at ${address}`,
 *     why: 'nothing was changed on it; the other nodes went on',
 *     fix: ({ node }) => `look at its power and cable, then run bramble apply --node ${node}`,
 *     explain: 'No TCP connection could be made within the time limit. …',
 *   }),
 * })
 *
 * diagnostics.add(deliveryCodes.NODE_UNREACHABLE({ node: 'hammond', address: '192.0.2.10' }, { where: { node: 'hammond' } }))
 */
export function defineCodes<const Entries extends Record<string, CodeEntry<never>>>(
  entries: Entries,
): {
  readonly [Name in keyof Entries]: Entries[Name] extends CodeEntry<infer Details> ? Code<Details> : never
} {
  const codes = Object.entries(entries).map(([name, entry]) => [name, declared(name, entry)])
  return Object.fromEntries(codes) as ReturnType<typeof defineCodes<Entries>>
}

function declared(name: string, entry: CodeEntry<never>): Code<never> {
  const make = (details: never, at: At = {}): Diagnostic => ({
    code: name,
    severity: entry.severity ?? 'error',
    summary: worded(entry.summary, details),
    ...(at.where && { where: at.where }),
    ...(at.also && at.also.length > 0 && { also: at.also }),
    why: worded(entry.why, details),
    fix: worded(entry.fix, details),
    ...(at.output && { output: at.output.slice(-OUTPUT_LINES) }),
  })
  return Object.assign(make, { code: name, entry })
}

function worded(wording: Wording<never>, details: never): string {
  return typeof wording === 'string' ? wording : wording(details)
}
