/** How the resolvers stand: each is asked for a name of the cluster. */
import { plainStatus } from '../ask-nodes.ts'
import type { EngineProbe, EngineStatus, NodeLink } from '../contract.ts'
import { stateOf } from './gate.ts'

/** Asks all of them, whichever of them is asked first. */
export function resolverProbe(role: string, nodes: readonly string[], name: string): EngineProbe {
  return {
    name: role,
    members: nodes,
    ask: (link) => ask(link, role, nodes, name),
  }
}

async function ask(
  link: NodeLink,
  role: string,
  nodes: readonly string[],
  name: string,
): Promise<EngineStatus> {
  const states = await Promise.all(
    nodes.map(async (node) => ({ node, ...(await stateOf(link, node, name)) })),
  )
  const problems = states.flatMap(({ node, problem }) =>
    problem === undefined ? [] : [`${node}: ${problem}`],
  )
  const unknown = states.flatMap(({ node, unknown: why }) =>
    why === undefined ? [] : [`${node} cannot be asked: ${why}`],
  )
  const detail = `${nodes.length - problems.length - unknown.length} of ${nodes.length} resolvers answer`
  return plainStatus({ name: role, detail, problems, unknown })
}
