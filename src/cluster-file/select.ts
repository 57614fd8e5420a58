/** Chooses nodes: resolves names, groups, selectors, `rest` and `count` against what is known of the nodes. */
import { clusterCodes } from '../diagnostics/catalogue/cluster.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { KeyPath, Positions } from './positions.ts'
import type { ClusterFile } from './schema.ts'
import type { Selection, Selector } from './selection-schema.ts'
import { fitsSelector, selectionText } from './selector.ts'
import type { Candidate } from './selector.ts'

export type { Candidate } from './selector.ts'

/** What choosing nodes needs to know. */
export interface SelectionContext {
  /** All nodes, in the order of the cluster file, which is the order of every answer. */
  readonly nodes: readonly Candidate[]
  readonly groups: ClusterFile['groups']
  readonly positions: Positions
  /** Nodes that `rest` leaves out: those with a role that rivals the one being placed. */
  readonly taken?: ReadonlySet<string>
  /** Earlier choices by the path of their `count` (`roles.consul-server.count`): kept as far as they still fit. */
  readonly previous?: Readonly<Record<string, readonly string[]>>
}

/** Where a choice is asked for. */
export interface Choice {
  readonly on: Selection
  /** Take exactly this many. */
  readonly count?: number | undefined
  /** Path of the selection in the cluster file, such as ['roles', 'consul-server', 'on']. */
  readonly path: KeyPath
  /** Where its choices are kept, when that is not `path`: an item of a list keeps its choice when another is put before it. */
  readonly keptAs?: KeyPath
}

/** The chosen nodes. */
export interface Selected {
  /** In the order of the cluster file. */
  readonly nodes: readonly string[]
  /** What each `count` chose, here and in groups on the way, to be kept and given back as `previous`. */
  readonly choices: Readonly<Record<string, readonly string[]>>
  readonly diagnostics: readonly Diagnostic[]
}

/** Nodes for one choice. The same input gives the same nodes; a node that is added moves no earlier choice. */
export function selectNodes(choice: Choice, context: SelectionContext): Selected {
  const selecting = new Selecting(context)
  const nodes = selecting.choose(choice)
  return { nodes, choices: selecting.choices, diagnostics: selecting.diagnostics }
}

class Selecting {
  readonly choices: Record<string, readonly string[]> = {}
  readonly diagnostics: Diagnostic[] = []
  readonly #context: SelectionContext
  readonly #groups = new Map<string, readonly string[]>()

  constructor(context: SelectionContext) {
    this.#context = context
  }

  choose({ on, count, path, keptAs = path }: Choice): readonly string[] {
    const told = this.diagnostics.length
    const matching = Array.isArray(on) ? this.#named(on) : this.#selected(on, path, keptAs)
    if (matching.length === 0) {
      // An empty group was told already, and `rest` of nothing is nothing.
      if (this.diagnostics.length === told && !isRest(on)) this.#matchesNothing(on, path)
      return []
    }
    return count === undefined
      ? matching
      : this.#exactly(
          count,
          matching,
          path,
          [...path.slice(0, -1), 'count'],
          [...keptAs.slice(0, -1), 'count'],
        )
  }

  /** Nodes in the order of the file, whatever the order of the names. */
  #named(names: readonly string[]): readonly string[] {
    const wanted = new Set(names.flatMap((name) => this.#behind(name)))
    return this.#context.nodes.map(({ name }) => name).filter((name) => wanted.has(name))
  }

  #behind(name: string): readonly string[] {
    const { nodes, groups, taken } = this.#context
    if (name === 'all') return nodes.map((node) => node.name)
    if (name === 'rest') return nodes.map((node) => node.name).filter((node) => !taken?.has(node))
    const on = Object.hasOwn(groups, name) ? groups[name] : undefined
    return on === undefined ? [name] : this.#group(name, on)
  }

  #group(name: string, on: Selection): readonly string[] {
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    // For a loop, which is told elsewhere, a group within itself is empty.
    this.#groups.set(name, [])
    const nodes = this.choose({ on, path: ['groups', name] })
    this.#groups.set(name, nodes)
    return nodes
  }

  #selected(selector: Selector, path: KeyPath, keptAs: KeyPath): readonly string[] {
    const among = new Set(this.#named(selector.of ?? ['all']))
    const matching = this.#context.nodes.filter(
      (node) => among.has(node.name) && fitsSelector(node, selector),
    )
    const names = matching.map(({ name }) => name)
    if (selector.count === undefined || names.length === 0) return names
    return this.#exactly(selector.count, names, path, [...path, 'count'], [...keptAs, 'count'])
  }

  /** Earlier choices that still match stay; what is missing is filled up in the order of the file. */
  #exactly(
    count: number,
    matching: readonly string[],
    path: KeyPath,
    at: KeyPath,
    keptAs: KeyPath,
  ): readonly string[] {
    const { previous = {}, positions } = this.#context
    const key = keptAs.join('.')
    const possible = new Set(matching)
    const kept = (previous[key] ?? []).filter((name) => possible.has(name))
    const chosen = new Set([...new Set([...kept, ...matching])].slice(0, count))
    const nodes = matching.filter((name) => chosen.has(name))
    this.choices[key] = nodes
    if (matching.length < count) {
      const details = { what: subject(path), count, found: nodes, unknown: this.#unknown() }
      this.diagnostics.push(clusterCodes.TOO_FEW_NODES(details, { where: positions.of(at) }))
    }
    return nodes
  }

  #matchesNothing(on: Selection, path: KeyPath): void {
    const { nodes, positions } = this.#context
    const details = {
      what: subject(path),
      selector: selectionText(on),
      unknown: this.#unknown(),
      total: nodes.length,
    }
    this.diagnostics.push(clusterCodes.SELECTOR_MATCHES_NOTHING(details, { where: positions.of(path) }))
  }

  #unknown(): number {
    return this.#context.nodes.filter((node) => node.model === undefined || node.memoryBytes === undefined)
      .length
  }
}

function isRest(on: Selection): boolean {
  return Array.isArray(on) && on.length === 1 && on[0] === 'rest'
}

/** Who is being placed, in words: `consul-server`, `group core`. */
function subject([area, name = '']: KeyPath): string {
  return area === 'groups' ? `group ${name}` : String(name)
}
