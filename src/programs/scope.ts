/** Which nodes a command is about. */
import { commandCodes } from '../diagnostics/catalogue/command.ts'
import { DiagnosticsError } from '../diagnostics/diagnostics-error.ts'
import { chooseNodes, type Choosable } from './chosen-nodes.ts'

/** What was chosen: a node has to fit both. */
export interface Scope {
  /**
   * Names, groups, roles, patterns such as `pi-*`, labels such as `rack=2`, `model:pi4` and the other keys of a selector; `!`
   * or `not:` before one takes its nodes away, `&` or `and:` leaves only its nodes. Lists with commas may stand in one item.
   */
  readonly nodes?: readonly string[] | undefined
  /** Roles; patterns, `!` and `&` likewise. */
  readonly roles?: readonly string[] | undefined
}

/** Names of the nodes in scope, in the order of the cluster file. Throws {@link DiagnosticsError} for an unknown word or an empty match. */
export function nodesInScope(from: Choosable, { nodes, roles }: Scope): string[] {
  const byNode = nodes && chooseNodes(from, nodes)
  const byRole = roles && chooseNodes(from, roles, '--role')
  const diagnostics = [...(byNode?.diagnostics ?? []), ...(byRole?.diagnostics ?? [])]
  if (diagnostics.length > 0) throw new DiagnosticsError(diagnostics)
  const names = from.cluster.nodes
    .map(({ name }) => name)
    .filter((name) => (byNode?.nodes.has(name) ?? true) && (byRole?.nodes.has(name) ?? true))
  if (names.length > 0) return names
  const unknown = from.selection.nodes.filter(
    (node) => node.model === undefined || node.memoryBytes === undefined,
  )
  const words = [...given('--node', nodes), ...given('--role', roles)]
  throw new DiagnosticsError([commandCodes.FILTER_MATCHES_NOTHING({ words, unknown: unknown.length })])
}

function given(option: string, lists: readonly string[] | undefined): string[] {
  return lists === undefined ? [] : [`${option} ${lists.length === 0 ? '(nothing)' : lists.join(',')}`]
}

/** The one node that the words choose. Throws {@link DiagnosticsError} when that is none or several. */
export function oneNode(from: Choosable, word: string): string {
  const names = nodesInScope(from, { nodes: [word] })
  const [first = '', second] = names
  if (second === undefined) return first
  throw new DiagnosticsError([commandCodes.FILTER_FITS_SEVERAL({ word, names })])
}
