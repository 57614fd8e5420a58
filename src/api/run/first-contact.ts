/** Reads the facts of nodes without wanting anything of them. */
import { observe, type PushRun, type Unreached } from '../../delivery/push/push.ts'
import { limit } from '../../support/limit.ts'
import { compileResources } from '../../programs/programs.ts'

/** How many nodes are asked at once. */
const CONCURRENCY = 50

/** Facts of the nodes that answer. */
export async function readFacts(
  push: PushRun,
  nodes: readonly string[],
  onLost: (unreached: Unreached) => void = () => undefined,
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const within = limit(CONCURRENCY)
  const found = await Promise.all(
    nodes.map((node) =>
      within(async () => {
        const seen = await observe(push, compileResources(node, []), 'plan', () => undefined)
        if (seen.reached) return [[node, seen.facts] as const]
        onLost(seen)
        return []
      }),
    ),
  )
  return new Map(found.flat())
}

/** The same for somebody who looks at the nodes right afterwards: `lost` has those that did not let us in. */
export function firstLook(push: PushRun): {
  readonly facts: (nodes: readonly string[]) => ReturnType<typeof readFacts>
  readonly lost: ReadonlyMap<string, Unreached>
} {
  const lost = new Map<string, Unreached>()
  return {
    lost,
    facts: (nodes) => readFacts(push, nodes, (unreached) => lost.set(unreached.node, unreached)),
  }
}
