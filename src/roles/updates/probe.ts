/** What waits for an update on the nodes, what no rule takes, and when the sources were last looked at. */
import { askNodes, plainStatus } from '../../engines/ask-nodes.ts'
import type { EngineProbe, NodeLink } from '../../engines/contract.ts'
import { TURN_FILE, turnIn } from '../../topology/held-turn.ts'

const DAY_SECONDS = 86_400

/** One package of which its sources have a newer version. */
export interface Waiting {
  readonly name: string
  readonly is: string
  readonly wanted: string
  /** Who brings it: the job of the night, `bramble update` alone, or nobody by a rule. */
  readonly rule: 'night' | 'update' | 'none'
  /** Origin and label of its source. */
  readonly origin: string
}

/** The lines of report.sh. */
export function waitingIn(printed: string): readonly Waiting[] {
  return printed.split('\n').flatMap((line) => {
    const [name, is, wanted, rule, ...origin] = line.split(' ')
    if (!name || is === undefined || wanted === undefined) return []
    const known = rule === 'night' || rule === 'update' ? rule : 'none'
    return [{ name, is, wanted, rule: known, origin: origin.join(' ') }]
  })
}

interface Seen {
  readonly node: string
  readonly waiting: readonly Waiting[]
  /** The node that has the turn of a run of updates, and for how many minutes. */
  readonly turn: { readonly node: string; readonly minutes: number } | undefined
  /** Days since the sources were read; undefined when they never were. */
  readonly days: number | undefined
}

/** What a node says (report.sh, `state`): one program, as each is a login's worth of work on a small board. */
export function seenIn(node: string, printed: string): Seen {
  const lines = printed.split('\n')
  const after = (word: string): string[] =>
    lines.filter((line) => line.startsWith(`${word} `)).map((line) => line.slice(word.length + 1))
  const [now, looked] = [Number(after('now')[0]), after('looked')[0]]
  const held = turnIn(after('turn')[0] ?? '')
  return {
    node,
    waiting: waitingIn(after('waiting').join('\n')),
    turn: held && { node: held.node, minutes: Math.max(0, Math.round((now - held.since) / 60)) },
    days: looked === undefined ? undefined : Math.floor((now - Number(looked)) / DAY_SECONDS),
  }
}

async function lookAt(link: NodeLink, node: string, report: string): Promise<Seen> {
  const { code, stdout, stderr } = await link.run(node, [report, 'state', TURN_FILE])
  if (code !== 0) throw new Error(stderr.trim() || `${report} ended with ${code}`)
  return seenIn(node, stdout.toString())
}

/** Asks all nodes. That something waits is no fault; that nobody has looked for long is one. */
export function updatesProbe(
  nodes: readonly string[],
  { alertDays, report }: { readonly alertDays: number; readonly report: string },
): EngineProbe {
  return {
    name: 'updates',
    members: nodes,
    ask: async (link) => {
      const { answers, silent, unknown } = await askNodes(nodes, (node) => lookAt(link, node, report))
      const seen = answers.map(({ answer }) => answer)
      const problems = [...lateOnes(seen, alertDays), ...turnsOfMissing(seen, silent)]
      return plainStatus({ name: 'updates', detail: detailOf(seen), problems, unknown })
    },
  }
}

/** Nodes on which nobody has looked for long. */
function lateOnes(seen: readonly Seen[], alertDays: number): string[] {
  return seen.flatMap(({ node, days }) =>
    days !== undefined && days >= alertDays
      ? [
          `${node} has not looked for updates for ${days} days: look at  systemctl status apt-daily.service  on it`,
        ]
      : [],
  )
}

/** Nodes that went for their update and do not answer. */
function turnsOfMissing(seen: readonly Seen[], silent: readonly string[]): string[] {
  const held = new Map(seen.flatMap(({ turn }) => (turn ? [[turn.node, turn.minutes] as const] : [])))
  return [...held]
    .filter(([node]) => silent.includes(node))
    .map(
      ([node, minutes]) =>
        `${node} has held the turn of an update for ${minutes} min and is not back: no other node is updated meanwhile`,
    )
}

function detailOf(seen: readonly Seen[]): string {
  const all = seen.flatMap(({ waiting }) => waiting)
  const never = seen.filter(({ days }) => days === undefined).map(({ node }) => node)
  const parts = [
    all.length === 0
      ? 'nothing waits by the last look'
      : `${all.length} packages wait on ${seen.filter(({ waiting }) => waiting.length > 0).length} nodes`,
    ...(never.length > 0 ? [`${never.sort().join(', ')} never looked since the role came`] : []),
    ...strays(seen),
  ]
  return parts.join('; ')
}

/** What the job of the night will never bring, with where it comes from. */
function strays(seen: readonly Seen[]): readonly string[] {
  const lines = seen.flatMap(({ node, waiting }) =>
    waiting
      .filter(({ rule }) => rule === 'none')
      .map(({ name, wanted, origin }) => `${name} ${wanted} on ${node} (${origin})`),
  )
  if (lines.length === 0) return []
  const shown = lines.sort().slice(0, 5).join(', ')
  const more = lines.length > 5 ? ` and ${lines.length - 5} more` : ''
  return [`matched by no rule of the night: ${shown}${more}`]
}
