/** Asks the registry on its own node, with the certificate of that node: what counts is that it reads its disk. */
import { z } from 'zod'
import { plainStatus } from '../../engines/ask-nodes.ts'
import type { EngineProbe, Gate, NodeLink } from '../../engines/contract.ts'
import { pageText, type PageQuestion } from '../../engines/page-text.ts'
import { reasonOf } from '../../support/reason.ts'

const PATIENCE_SECONDS = 60
const MOST_NAMES = 1000

const catalogSchema = z.object({ repositories: z.array(z.string()).nullable() })

/** Port and certificate with which it is asked. */
export type RegistryCaller = Required<Pick<PageQuestion, 'port' | 'trust'>>

/** Names of its repositories. Rejects when it does not answer. */
async function repositoriesOf(
  link: NodeLink,
  node: string,
  caller: RegistryCaller,
): Promise<readonly string[]> {
  const text = await pageText(link, { node, path: `/v2/_catalog?n=${MOST_NAMES}`, ...caller })
  return catalogSchema.parse(JSON.parse(text)).repositories ?? []
}

/** It answers and reads its disk. */
export function registryGate(node: string, caller: RegistryCaller): Gate {
  return {
    name: 'registry: answers',
    node,
    engine: 'registry',
    patienceSeconds: PATIENCE_SECONDS,
    ask: async (link) => {
      try {
        const { length } = await repositoriesOf(link, node, caller)
        return { passed: true, detail: `it has images of ${length} names` }
      } catch (error) {
        return { passed: false, detail: `the registry does not answer: ${reasonOf(error)}` }
      }
    },
  }
}

/** How many names it has. */
export function registryProbe(
  nodes: readonly string[],
  callerOf: (node: string) => RegistryCaller,
): EngineProbe {
  return {
    name: 'registry',
    members: nodes,
    ask: async (link) => {
      const answers = await Promise.all(
        nodes.map(async (node) => {
          try {
            return (await repositoriesOf(link, node, callerOf(node))).length
          } catch (error) {
            return `the registry on ${node} does not answer: ${reasonOf(error)}`
          }
        }),
      )
      const problems = answers.filter((answer) => typeof answer === 'string')
      const counts = answers.filter((answer) => typeof answer === 'number')
      const detail = `images of ${counts.reduce((sum, count) => sum + count, 0)} names`
      return plainStatus({ name: 'registry', detail, problems, unknown: [] })
    },
  }
}
