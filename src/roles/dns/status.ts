/** How the resolvers stand: each is asked for a name of the cluster. */
import type { EngineProbe, EngineStatus, NodeLink } from '../../engines/contract.ts'
import { stateOf } from './gate.ts'

/** Asks all of them, whichever of them is asked first. */
export function resolverProbe(nodes: readonly string[], name: string): EngineProbe {
  return { name: 'dns', members: nodes, ask: (link) => ask(link, nodes, name) }
}

async function ask(link: NodeLink, nodes: readonly string[], name: string): Promise<EngineStatus> {
  const states = await Promise.all(
    nodes.map(async (node) => ({ node, ...(await stateOf(link, node, name)) })),
  )
  const problems = states.flatMap(({ node, problem }) =>
    problem === undefined ? [] : [`${node}: ${problem}`],
  )
  const unknown = states.flatMap(({ node, unknown: why }) =>
    why === undefined ? [] : [`${node} cannot be asked: ${why}`],
  )
  return {
    name: 'dns',
    healthy: problems.length === 0 && unknown.length === 0,
    detail: `${nodes.length - problems.length - unknown.length} of ${nodes.length} resolvers answer`,
    problems,
    unknown,
    members: [],
    failingChecks: [],
  }
}
