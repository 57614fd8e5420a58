/** Which way the nodes fetch packages now: asked of the very program that apt asks. */
import { askNodes, plainStatus } from '../../engines/ask-nodes.ts'
import type { EngineProbe, Gate, NodeLink } from '../../engines/contract.ts'

/** The program on every node that prints the proxy for an address. */
export const FINDER = '/usr/local/lib/bramble-apt-cache'

/** Asked for an address that nobody fetches. */
const ASKED = 'http://deb.debian.org/'
const PATIENCE_SECONDS = 60

/** The way that a node takes, as a proxy or DIRECT. Rejects when it cannot be asked. */
async function wayOf(link: NodeLink, node: string): Promise<string> {
  const { code, stdout, stderr } = await link.run(node, [FINDER, ASKED])
  const way = stdout.toString().trim()
  if (code !== 0) throw new Error(stderr.trim() || `${FINDER} ends with ${code}`)
  return way === '' ? 'DIRECT' : way
}

/** Why a node goes past the caches. */
async function reasonFor(link: NodeLink, node: string, caches: readonly string[]): Promise<string> {
  const { stdout } = await link.run(node, [FINDER, '--wrong'])
  const wrong = stdout.toString().trim().split('\n').filter(Boolean)
  return wrong.length > 0
    ? `${wrong.join(', ')} came wrong through it within a day`
    : `${caches.join(', ')} does not answer it`
}

/** A node that keeps packages gives them. */
export function cacheGate(node: string, own: string): Gate {
  return {
    name: 'apt-cache: answers',
    node,
    engine: 'apt-cache',
    patienceSeconds: PATIENCE_SECONDS,
    ask: async (link) => {
      const passed = (await wayOf(link, node)) === own
      return { passed, detail: passed ? `${own} answers` : `${own} does not answer on ${node}` }
    },
  }
}

/** Who goes through a cache, and who does not although there is one. */
export function cacheProbe(
  nodes: readonly string[],
  caches: (node: string) => readonly string[],
): EngineProbe {
  return {
    name: 'apt-cache',
    members: nodes,
    ask: async (link) => {
      const { answers, unknown } = await askNodes(nodes, async (node) => {
        const through = caches(node).includes(await wayOf(link, node))
        return through ? undefined : reasonFor(link, node, caches(node))
      })
      const problems = answers.flatMap(({ node, answer }) =>
        answer === undefined ? [] : [`${node} fetches packages past the cache: ${answer}`],
      )
      const through = answers.length - problems.length
      const detail = `${through} of ${nodes.length} nodes fetch packages through the cache`
      return plainStatus({ name: 'apt-cache', detail, problems, unknown })
    },
  }
}
