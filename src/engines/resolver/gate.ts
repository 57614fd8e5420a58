/** The gate of a resolver: it answers with a name of the cluster. */
import type { Gate, NodeLink } from '../contract.ts'
import { reasonOf } from '../../support/reason.ts'
import { addressQuestion } from './question.ts'

const DNS_PORT = 53
const PATIENCE_SECONDS = 60
const NO_SUCH_NAME = 3

/** What a resolver does with a question; neither key where it answers. */
export interface ResolverState {
  readonly problem?: string
  /** There is no way to its node. */
  readonly unknown?: string
}

/** Asks it on its loopback, as a program of the node would. */
export function resolverGate(role: string, node: string, name: string): Gate {
  return {
    name: `${role}: answers`,
    node,
    engine: role,
    patienceSeconds: PATIENCE_SECONDS,
    ask: async (link) => {
      const { problem, unknown } = await stateOf(link, node, name)
      const lacks = problem ?? unknown
      return { passed: lacks === undefined, detail: lacks ?? `answers for ${name}` }
    },
  }
}

/** Why a resolver does not give the addresses of a name. Never rejects. */
export async function stateOf(link: NodeLink, node: string, name: string): Promise<ResolverState> {
  let stream
  try {
    stream = await link.connect(node, DNS_PORT)
  } catch (error) {
    return { unknown: reasonOf(error) }
  }
  try {
    const { code, answers } = await addressQuestion(stream, name)
    if (code === 0 && answers > 0) return {}
    if (code === 0 || code === NO_SUCH_NAME) return { problem: `it does not know ${name}` }
    return { problem: `it answers ${name} with the error ${code}` }
  } catch (error) {
    return { problem: `it does not answer: ${reasonOf(error)}` }
  }
}
