/** Reads the facts of nodes without wanting anything of them. */
import { observe, type PushRun } from '../delivery/push/push.ts'
import { limit } from '../support/limit.ts'
import { compileResources } from './programs.ts'

/** How many nodes are asked at once. */
const CONCURRENCY = 50

/** Facts of the nodes that answer. */
export async function readFacts(
  push: PushRun,
  nodes: readonly string[],
): Promise<ReadonlyMap<string, Readonly<Record<string, string>>>> {
  const within = limit(CONCURRENCY)
  const found = await Promise.all(
    nodes.map((node) =>
      within(async () => {
        const seen = await observe(push, compileResources(node, []), 'plan', () => undefined)
        return seen.reached ? [[node, seen.facts] as const] : []
      }),
    ),
  )
  return new Map(found.flat())
}
