/** How old the last good backup of everything is: for `bramble status`. */
import { askNodes, plainStatus, type NodesAsked } from '../../engines/ask-nodes.ts'
import type { EngineProbe, EngineStatus, NodeLink } from '../../engines/contract.ts'
import { PROGRAM } from './names.ts'

/** One that is older than this many times its schedule was missed. */
const PATIENCE = 2

interface NodeView {
  readonly problems: readonly string[]
  /** Age of the oldest last good backup, in seconds. */
  readonly age: number
  readonly good: number
}

/** Asks every node with the role. */
export function backupProbe(nodes: readonly string[], everySeconds: number): EngineProbe {
  return {
    name: 'backup',
    members: nodes,
    ask: async (link) => statusOf(await askNodes(nodes, (node) => askNode(link, node, everySeconds))),
  }
}

async function askNode(link: NodeLink, node: string, everySeconds: number): Promise<NodeView> {
  const { code, stdout, stderr } = await link.run(node, [PROGRAM, 'status'])
  if (code !== 0) throw new Error(stderr || `its program ended with ${code}`)
  return viewOf(node, stdout.toString(), everySeconds)
}

/** What a node's lines come to. */
export function viewOf(node: string, text: string, everySeconds: number): NodeView {
  const lines = text.split('\n').map((line) => line.split('\t'))
  const now = Number(lines.find(([word]) => word === 'now')?.[1])
  const problems: string[] = []
  let age = 0
  let good = 0
  for (const [word, name = '', at = '', more = ''] of lines) {
    const since = now - Number(at)
    const isLate = since > PATIENCE * everySeconds
    if (word === 'failed') problems.push(`${node}: the last backup of ${name} failed: ${more}`)
    if (word === 'never' && isLate) problems.push(`${node}: there is no good backup of ${name}`)
    if (word !== 'good') continue
    good += 1
    age = Math.max(age, since)
    if (isLate) problems.push(`${node}: the last good backup of ${name} is ${ageText(since)} old`)
  }
  return { problems, age, good }
}

function statusOf({ answers, unknown }: NodesAsked<NodeView>): EngineStatus {
  const views = answers.map(({ answer }) => answer)
  const problems = views.flatMap((view) => view.problems)
  const good = views.reduce((sum, view) => sum + view.good, 0)
  const oldest = ageText(Math.max(0, ...views.map(({ age }) => age)))
  const detail =
    good === 0 ? 'there is no good backup yet' : `${good} kept, the last good ones at most ${oldest} old`
  return plainStatus({ name: 'backup', detail, problems, unknown })
}

function ageText(seconds: number): string {
  if (seconds < 7200) return `${Math.ceil(Math.max(0, seconds) / 60)} min`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`
}
