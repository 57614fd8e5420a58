/** What the nodes that listen for silence have heard: read from what their program writes down at each look. */
import { askNodes, plainStatus } from '../../engines/ask-nodes.ts'
import type { EngineProbe } from '../../engines/contract.ts'

/** A look every two seconds, and a command that may take a minute. */
const OLDEST_LOOK_SECONDS = 70

/** What is wrong, from the uptime of the node and the file with what it has heard. */
export function problemsOf(text: string): string[] {
  const [uptime = '', ...lines] = text.trim().split('\n')
  const words = lines.map((line) => line.split(' '))
  const looked = Number(words.find(([what]) => what === 'looked')?.[1])
  const age = Math.floor(Number.parseFloat(uptime) - looked)
  const host = (name = ''): string => name.split('.')[0] ?? ''
  return [
    ...(age <= OLDEST_LOOK_SECONDS ? [] : ['nobody has listened for silence lately']),
    ...words.flatMap(([what, watcher, seconds = '']) => {
      if (what === 'silent') return [`the watchdog of ${host(watcher)} was not heard for ${seconds} s`]
      return what === 'never' ? [`the watchdog of ${host(watcher)} was not heard yet`] : []
    }),
  ]
}

/** Asks each of the nodes. */
export function silenceProbe(nodes: readonly string[], file: string): EngineProbe {
  return {
    name: 'alert-command',
    members: nodes,
    ask: async (link) => {
      const { answers, unknown } = await askNodes(nodes, async (node) => {
        const { code, stdout, stderr } = await link.run(node, ['cat', '/proc/uptime', file])
        if (code !== 0) throw new Error(stderr.trim())
        return problemsOf(stdout.toString())
      })
      const problems = answers.flatMap(({ node, answer }) => answer.map((one) => `${node}: ${one}`))
      const detail = problems.length === 0 ? 'whoever watches is heard' : 'silence'
      return plainStatus({ name: 'alert-command', detail, problems, unknown })
    },
  }
}
