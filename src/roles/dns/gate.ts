/** The gate of a resolver: it answers with a name of the cluster. */
import type { Gate, NodeLink } from '../../engines/contract.ts'
import { reasonOf } from '../../support/reason.ts'
import { addressQuestion } from './question.ts'

const DNS_PORT = 53
const PATIENCE_SECONDS = 60
const NO_SUCH_NAME = 3

/** Asks it on its loopback, as a program of the node would. */
export function resolverGate(node: string, name: string): Gate {
  return {
    name: 'dns: answers',
    node,
    engine: 'dns',
    patienceSeconds: PATIENCE_SECONDS,
    ask: async (link) => {
      const problem = await problemOf(link, node, name)
      return { passed: problem === undefined, detail: problem ?? `answers for ${name}` }
    },
  }
}

/** Why a resolver does not give the addresses of a name; undefined when it does. Never rejects. */
async function problemOf(link: NodeLink, node: string, name: string): Promise<string | undefined> {
  try {
    const { code, answers } = await addressQuestion(await link.connect(node, DNS_PORT), name)
    if (code === 0 && answers > 0) return undefined
    if (code === 0 || code === NO_SUCH_NAME) return `it does not know ${name}`
    return `it answers ${name} with the error ${code}`
  } catch (error) {
    return `it does not answer: ${reasonOf(error)}`
  }
}
