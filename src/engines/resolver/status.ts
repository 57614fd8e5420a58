/** How the resolvers stand: each is asked for a name of the cluster. */
import type { EngineProbe, EngineStatus, NodeLink } from '../contract.ts'
import { stateOf } from './gate.ts'

/** Asks all of them, whichever of them is asked first. */
export function resolverProbe(role: string, nodes: readonly string[], name: string): EngineProbe {
  return {
    name: role,
    members: nodes,
    ask: async (link) => ({ name: role, ...(await ask(link, nodes, name)) }),
  }
}

async function ask(
  link: NodeLink,
  nodes: readonly string[],
  name: string,
): Promise<Omit<EngineStatus, 'name'>> {
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
    healthy: problems.length === 0 && unknown.length === 0,
    detail: `${nodes.length - problems.length - unknown.length} of ${nodes.length} resolvers answer`,
    problems,
    unknown,
    members: [],
    failingChecks: [],
  }
}
