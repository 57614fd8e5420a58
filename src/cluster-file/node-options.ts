/** Options of roles for single nodes (`nodes.NAME.options`): laid over those of the role, and judged by the role's own schema. */
import { clusterCodes } from '../diagnostics/catalogue/cluster.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import { findingsOf } from './issue-diagnostics.ts'
import type { NodeEntry } from './node-schema.ts'
import type { KeyPath, Positions } from './positions.ts'
import type { ClusterFile, RoleUse } from './schema.ts'
import type { RoleForm, RoleSchemas } from './role-form.ts'

/** What laying over needs beside the file. */
interface NodeOptionsInput {
  readonly roles: RoleSchemas
  readonly positions: Positions
  /** Where something is wrong already: it is not told twice. */
  readonly told: readonly KeyPath[]
}

/** The file with the options of each node in the uses of the roles, and what is wrong with them. */
export function withNodeOptions(
  file: ClusterFile,
  written: unknown,
  { roles, positions, told }: NodeOptionsInput,
): { readonly file: ClusterFile; readonly diagnostics: readonly Diagnostic[] } {
  const diagnostics: Diagnostic[] = []
  const uses = new Map(Object.entries(file.roles).map(([role, all]) => [role, [...all]]))
  for (const [node, entry] of Object.entries<NodeEntry>(file.nodes)) {
    for (const role of Object.keys(entry.options ?? {})) {
      const path: KeyPath = ['nodes', node, 'options', role]
      if (told.some((wrong) => path.every((step, index) => wrong[index] === step))) continue
      const [use, ...others] = uses.get(role) ?? []
      const form = roles[role]
      if (!use || !form || others.length > 0 || use.path.length > 2) {
        const why = use ? 'several' : 'unused'
        diagnostics.push(
          clusterCodes.NODE_OPTIONS_WITHOUT_ROLE({ node, role, why }, { where: positions.ofKey(path) }),
        )
        continue
      }
      const laid = laidOver(form, written, path, positions)
      diagnostics.push(...laid.diagnostics)
      if (laid.options) uses.set(role, [{ ...use, onNode: { ...use.onNode, [node]: laid.options } }])
    }
  }
  return { file: { ...file, roles: Object.fromEntries(uses) }, diagnostics }
}

/** The options of one node: both maps as they are written, one over the other, through the schema of the role. */
function laidOver(
  { options: schema }: RoleForm,
  written: unknown,
  path: KeyPath,
  positions: Positions,
): { readonly options?: RoleUse['options']; readonly diagnostics: readonly Diagnostic[] } {
  const role = String(path.at(-1))
  const own = mapAt(written, path)
  const { on: _on, count: _count, ...below } = mapAt(written, ['roles', role])
  const value = { ...below, ...own }
  const result = schema.safeParse(value)
  if (result.success) return { options: result.data as RoleUse['options'], diagnostics: [] }
  const of = (inner: KeyPath): KeyPath =>
    inner[0] !== undefined && Object.hasOwn(own, inner[0]) ? [...path, ...inner] : [...path]
  const moved: Positions = {
    of: (inner) => positions.of(of(inner)),
    ofKey: (inner) => positions.ofKey(of(inner)),
  }
  const findings = findingsOf(result.error.issues, { schema, value, positions: moved })
  return { diagnostics: findings.map(({ diagnostic }) => diagnostic) }
}

function mapAt(value: unknown, path: KeyPath): Readonly<Record<string, unknown>> {
  const found = path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[step] : undefined,
    value,
  )
  return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : {}
}
