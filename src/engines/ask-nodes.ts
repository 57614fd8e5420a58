/** Asks several nodes at once how something on them stands: a node that cannot be asked is not known, never well. */
import { reasonOf } from '../support/reason.ts'
import type { EngineStatus } from './contract.ts'

/** What nodes said. */
export interface NodesAsked<T> {
  readonly answers: readonly { readonly node: string; readonly answer: T }[]
  /** Nodes that could not be asked. */
  readonly silent: readonly string[]
  /** A sentence for each of those. */
  readonly unknown: readonly string[]
}

/** Asks all nodes at once; one for which `ask` rejects is silent, for that reason. A node may be named several times. */
export async function askNodes<T>(
  nodes: readonly string[],
  ask: (node: string, index: number) => Promise<T>,
): Promise<NodesAsked<T>> {
  const asked = await Promise.allSettled(nodes.map(ask))
  const answers: { node: string; answer: T }[] = []
  const unknown = new Map<string, string>()
  for (const [index, result] of asked.entries()) {
    const node = nodes[index] as string
    if (result.status === 'fulfilled') answers.push({ node, answer: result.value })
    else unknown.set(node, `${node} cannot be asked: ${reasonOf(result.reason)}`)
  }
  return { answers, silent: [...unknown.keys()], unknown: [...unknown.values()] }
}

/** How an engine stands that has no members of its own: well when nothing is wrong and all is known. */
export function plainStatus(
  said: Pick<EngineStatus, 'name' | 'detail' | 'problems' | 'unknown'>,
): EngineStatus {
  return {
    ...said,
    healthy: said.problems.length === 0 && said.unknown.length === 0,
    problems: said.problems.toSorted(),
    unknown: said.unknown.toSorted(),
    members: [],
    failingChecks: [],
  }
}
