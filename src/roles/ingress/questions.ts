/** Asks Traefik on its own node what it has made of its routes: it takes a wrong one for none, and says so here alone. */
import { z } from 'zod'
import { plainStatus } from '../../engines/ask-nodes.ts'
import type { EngineProbe, Gate, NodeLink } from '../../engines/contract.ts'
import { pageText } from '../../engines/page-text.ts'
import { reasonOf } from '../../support/reason.ts'

const PATIENCE_SECONDS = 60
/** Of its own, not of ours. */
const INTERNAL = '@internal'

const routersSchema = z.array(
  z.object({ name: z.string(), status: z.string(), error: z.array(z.string()).default([]) }),
)

type Router = z.output<typeof routersSchema>[number]

/** Its routers (Traefik's API, `/api/http/routers`). Rejects when it does not answer. */
async function routersOf(link: NodeLink, node: string, port: number): Promise<readonly Router[]> {
  const text = await pageText(link, { node, port, path: '/api/http/routers?per_page=1000' })
  return routersSchema.parse(JSON.parse(text)).filter(({ name }) => !name.endsWith(INTERNAL))
}

const faultOf = ({ name, status, error }: Router): string[] =>
  status === 'enabled' ? [] : [`${name}: ${error.join('; ') || status}`]

/** It runs, and has taken each route of the cluster file. */
export function ingressGate(node: string, port: number, routes: readonly string[]): Gate {
  return {
    name: 'ingress: has its routes',
    node,
    engine: 'ingress',
    patienceSeconds: PATIENCE_SECONDS,
    ask: async (link) => {
      try {
        const routers = await routersOf(link, node, port)
        const ours = routes.map((name) => `${name}@file`)
        const missing = ours.filter((name) => !routers.some((router) => router.name === name))
        const faults = routers.filter(({ name }) => ours.includes(name)).flatMap(faultOf)
        const problems = [...missing.map((name) => `${name} is not there`), ...faults]
        return {
          passed: problems.length === 0,
          detail: problems.length === 0 ? `${routers.length} routes` : problems.join(', '),
        }
      } catch (error) {
        return { passed: false, detail: `Traefik does not answer: ${reasonOf(error)}` }
      }
    },
  }
}

/**
 * Which routes it has, and which it cannot take, those of Consul's services among them. `services` are those that are to have a route there:
 * Traefik tells nobody that Consul does not answer it, and has none then.
 */
export function ingressProbe(
  nodes: readonly string[],
  port: number,
  services: (node: string) => readonly string[],
): EngineProbe {
  const askNode = async (link: NodeLink, node: string) => {
    try {
      const routers = await routersOf(link, node, port)
      const without = services(node).filter(
        (name) => !routers.some((router) => router.name === `${name}@consulcatalog`),
      )
      const problems = [
        ...routers.flatMap(faultOf),
        ...without.map((name) => `no route to the service ${name}: no healthy one is seen in Consul`),
      ]
      return { count: routers.length, problems: problems.map((problem) => `${node}: ${problem}`) }
    } catch (error) {
      return { count: 0, problems: [`Traefik on ${node} does not answer: ${reasonOf(error)}`] }
    }
  }
  return {
    name: 'ingress',
    members: nodes,
    ask: async (link) => {
      const answers = await Promise.all(nodes.map((node) => askNode(link, node)))
      return plainStatus({
        name: 'ingress',
        detail: `${Math.max(0, ...answers.map(({ count }) => count))} routes`,
        problems: answers.flatMap((answer) => answer.problems),
        unknown: [],
      })
    },
  }
}
