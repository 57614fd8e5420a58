/** Checks plain values against the schema and the cross-field rules, finding all mistakes in one go. */
import { dirname } from 'node:path'
import { clusterCodes } from '../diagnostics/catalogue/cluster.ts'
import { keyCodes } from '../diagnostics/catalogue/keys.ts'
import { referenceCodes } from '../diagnostics/catalogue/references.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { sortDiagnostics } from '../diagnostics/diagnostics.ts'
import { withNodeOptions } from './node-options.ts'
import { findingsOf } from './issue-diagnostics.ts'
import type { Finding, Subject } from './issue-diagnostics.ts'
import type { Part, Texts } from './include/part.ts'
import { keyPathText, type KeyPath, type Positions } from './positions.ts'
import { withTexts, type TakenText, type WithTexts } from './references/take-texts.ts'
import { clusterFileSchema } from './schema.ts'
import type { ClusterFile } from './schema.ts'
import type { RoleSchemas } from './role-form.ts'
import { withSettings } from './settings.ts'
import { validateClusterFile } from './validate.ts'

/** What came of reading a cluster file. */
export interface ReadResult {
  /** The cluster file; undefined as soon as there is one error. */
  readonly file?: ClusterFile
  /** All mistakes and risks, in the order of the file. */
  readonly diagnostics: readonly Diagnostic[]
  /** Where every key and value stands. */
  readonly positions: Positions
  /** The files that it is written in, the main one first; none of a typed one alone. */
  readonly parts?: readonly Part[]
  /** The texts that stand elsewhere. */
  readonly references?: readonly TakenText[]
}

/** What a reader may be told. */
export interface ReadOptions {
  /** What may be said of the roles there are. */
  readonly roles: RoleSchemas
  /** `KEY=VALUE`: what is to be taken in place of what the file says. */
  readonly set?: readonly string[] | undefined
  /** What files are about to say, by their paths, in place of what they say. */
  readonly texts?: Texts | undefined
  /** The process's own when left out. */
  readonly environment?: NodeJS.ProcessEnv | undefined
}

/** After so many rounds of taking out what is wrong, the rest is not worth looking at. */
const ROUNDS = 5

/** Checks what a YAML or typed file says. */
export function checkClusterFile(
  written: unknown,
  places: Positions,
  { roles, set = [], environment = process.env }: ReadOptions,
): ReadResult {
  const { value: said, positions, diagnostics: unusable } = withSettings(written, places, set)
  const schema = clusterFileSchema(roles)
  const folder = dirname(positions.of([]).file)
  const texts = withTexts(said, { schema, positions, folder, environment })
  const value = texts.failed.length === 0 ? texts.value : without(texts.value, texts.failed)
  const { file, findings: found } = parsed({ schema, value, positions })
  const findings = knowingReferences(found, texts)
  const told = [...texts.failed, ...findings.map(({ path }) => path)]
  const laid = file && withNodeOptions(file, value, { roles, positions, told })
  const diagnostics = [
    ...unusable,
    ...texts.diagnostics,
    ...findings.map(({ diagnostic }) => diagnostic),
    ...(laid ? [...laid.diagnostics, ...validateClusterFile(laid.file, positions)] : []),
  ].filter(saidOnce(value))
  const failed = diagnostics.some(({ severity }) => severity === 'error')
  return {
    ...(laid && !failed && { file: laid.file }),
    diagnostics: sortDiagnostics(diagnostics),
    positions,
    references: texts.taken,
  }
}

/** What is not there because its reference leads nowhere is not missing, and what stands for a secret has no form to be judged. */
function knowingReferences(findings: readonly Finding[], { taken, failed }: WithTexts): readonly Finding[] {
  return findings.flatMap((finding) => {
    const { path, missing } = finding
    if (missing && failed.some((own) => path.every((step, index) => step === own[index]))) return []
    const name = keyPathText(path)
    const secret = taken.find((one) => one.source === 'secret' && keyPathText(one.path) === name)
    if (secret === undefined) return [finding]
    const diagnostic = referenceCodes.SECRET_NOT_TAKEN(
      { key: name, name: secret.name },
      { where: secret.where },
    )
    return [{ ...finding, diagnostic }]
  })
}

/** Where `nodes` is nothing there are no nodes; where it is something else, that is what is wrong with it. */
function saidOnce(value: unknown): (one: Diagnostic, index: number, all: readonly Diagnostic[]) => boolean {
  const isEmpty = typeof value === 'object' && value !== null && 'nodes' in value && value.nodes === null
  const needless = isEmpty ? keyCodes.WRONG_TYPE.code : clusterCodes.NO_NODES.code
  const aboutNodes = ({ code, summary }: Diagnostic): boolean =>
    code === clusterCodes.NO_NODES.code ||
    (code === keyCodes.WRONG_TYPE.code && summary.startsWith('nodes takes '))
  return (one, _, all) => one.code !== needless || !aboutNodes(one) || all.filter(aboutNodes).length < 2
}

/**
 * The file and what is wrong with it. Wrong parts are taken out and the rest is read again, so that one wrong type hides no
 * duplicate address elsewhere.
 */
function parsed(subject: Subject & { readonly schema: ReturnType<typeof clusterFileSchema> }): {
  readonly file?: ClusterFile
  readonly findings: readonly Finding[]
} {
  const first = subject.schema.safeParse(subject.value)
  if (first.success) return { file: first.data as ClusterFile, findings: [] }
  const findings = findingsOf(first.error.issues, subject)
  let value = withoutWrong(subject.value, findings)
  for (let round = 0; round < ROUNDS; round++) {
    const result = subject.schema.safeParse(value)
    if (result.success) return { file: result.data as ClusterFile, findings }
    value = withoutWrong(value, findingsOf(result.error.issues, { ...subject, value }))
  }
  return { findings }
}

/** Stand-ins for required keys at the top, only to be able to look at the rest. */
const STAND_INS: Readonly<Record<string, unknown>> = { cluster: 'unnamed', domain: 'home.arpa', nodes: {} }

function withoutWrong(value: unknown, findings: readonly Finding[]): unknown {
  const paths = findings.map(({ path, missing }) => {
    // What is left of a check without its wrong part would be a check that asks nothing.
    if (path[0] === 'services' && path[2] === 'check') return path.slice(0, 3)
    // What the other keys of a service mean hangs on these.
    if (path[0] === 'services' && (path[2] === 'run' || path[2] === 'schedule')) return path.slice(0, 2)
    return missing && path.length > 1 ? path.slice(0, -1) : path
  })
  const rest = without(value, paths)
  return typeof rest === 'object' && rest !== null ? { ...STAND_INS, ...rest } : undefined
}

/** A copy of `value` without what is at the paths; a list goes as a whole, because its indexes have to stay true. */
function without(value: unknown, paths: readonly KeyPath[]): unknown {
  if (paths.some((path) => path.length === 0)) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const below = new Map<string, KeyPath[]>()
  for (const [step, ...rest] of paths) below.set(String(step), [...(below.get(String(step)) ?? []), rest])
  const kept = Object.entries(value).flatMap(([key, inner]) => {
    const inside = below.get(key)
    const rest = inside ? without(inner, inside) : inner
    return rest === undefined ? [] : [[key, rest] as const]
  })
  return Object.fromEntries(kept)
}
