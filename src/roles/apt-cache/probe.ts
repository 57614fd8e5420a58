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

/** What came wrong on a node within a day, so that it goes past the caches. */
async function wrongOn(link: NodeLink, node: string): Promise<readonly string[]> {
  const { stdout } = await link.run(node, [FINDER, '--wrong'])
  return stdout.toString().split('\n').filter(Boolean)
}

/** A node that keeps packages gives them. */
export function cacheGate(node: string, own: string): Gate {
  return {
    name: 'apt-cache: answers',
    node,
    engine: 'apt-cache',
    patienceSeconds: PATIENCE_SECONDS,
    ask: async (link) => {
      const passed = (await link.run(node, [FINDER, '--answers'])).code === 0
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
        return { through, wrong: through ? [] : await wrongOn(link, node) }
      })
      const through = answers.filter(({ answer }) => answer.through).length
      // That something came wrong is over: the node has it by another way.
      const past = answers
        .filter(({ answer }) => answer.wrong.length > 0)
        .map(({ node, answer }) => `${node} goes past it for a day, as ${answer.wrong.join(', ')} came wrong`)
      return plainStatus({
        name: 'apt-cache',
        detail: [`${through} of ${nodes.length} nodes fetch packages through the cache`, ...past].join('; '),
        problems: answers
          .filter(({ answer }) => !answer.through && answer.wrong.length === 0)
          .map(
            ({ node }) =>
              `${node} fetches packages past the cache: ${caches(node).join(', ')} does not answer it`,
          ),
        unknown,
      })
    },
  }
}
