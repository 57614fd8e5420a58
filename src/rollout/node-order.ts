/** Which node goes after which: a graph without loops, in which nobody waits for anybody else. Pure. */

/**
 * Why a node goes after another one. `stands-on`: it needs what that one gives; `way-first`: it is reached through that one, which is being
 * made; `way-last`: that one is reached through it; `taken-last`: that one stands on what is taken from it; `canary`: that one shows whether the
 * change works; `joins`, `leader`: the order of a consensus group, which is kept by its turns.
 */
export type Why = 'stands-on' | 'way-first' | 'way-last' | 'taken-last' | 'canary' | 'joins' | 'leader'

/** One node goes after another one. */
export interface Edge {
  readonly node: string
  readonly after: string
  readonly why: Why
}

/** The graph. An edge that would close a loop is left out: what was asked for first counts. */
export class NodeOrder {
  readonly #edges = new Map<string, Edge[]>()
  readonly #waitedFor = new Set<string>()
  readonly #stoodOn = new Set<string>()

  /** Adds it, unless the other one goes after this one already. */
  add(edge: Edge): void {
    const { node, after } = edge
    if (node === after || this.goesAfter(after, node)) return
    const own = this.of(node)
    if (own.some((other) => other.after === after)) return
    this.#edges.set(node, [...own, edge])
    if (edge.why !== 'joins' && edge.why !== 'leader') this.#waitedFor.add(after)
    if (edge.why === 'stands-on' || edge.why === 'way-first') this.#stoodOn.add(after)
  }

  /** What a node itself waits for. */
  of(node: string): readonly Edge[] {
    return this.#edges.get(node) ?? []
  }

  /** All edges, in the order of these nodes. */
  among(nodes: readonly string[]): readonly Edge[] {
    return nodes.flatMap((node) => this.of(node))
  }

  /** Does somebody wait for this node because of what it gives or shows? */
  isWaitedFor(node: string): boolean {
    return this.#waitedFor.has(node)
  }

  /** Does somebody need what this node gives? */
  isStoodOn(node: string): boolean {
    return this.#stoodOn.has(node)
  }

  /** Does the node go after the other one, itself or by others in between? */
  goesAfter(node: string, other: string): boolean {
    const seen = new Set<string>()
    const open = [node]
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      for (const { after } of this.of(name)) {
        if (after === other) return true
        if (!seen.has(after)) open.push(after)
        seen.add(after)
      }
    }
    return false
  }

  /** These nodes in steps: each node in the first step that comes after all of these that it goes after. */
  steps(nodes: readonly string[]): readonly (readonly string[])[] {
    const own = new Set(nodes)
    const depths = new Map<string, number>()
    const depthOf = (node: string): number => {
      const known = depths.get(node)
      if (known !== undefined) return known
      const depth = Math.max(
        0,
        ...this.of(node).map(({ after }) => depthOf(after) + (own.has(after) ? 1 : 0)),
      )
      depths.set(node, depth)
      return depth
    }
    const steps: string[][] = []
    for (const node of nodes) (steps[depthOf(node)] ??= []).push(node)
    return steps.filter((step) => step !== undefined)
  }
}
