/** What people, and programs, see of a command on many nodes: its output by node as it comes, and at the end which nodes ended with what. */
import type { CommandEvent, CommandEventBody, NodeCommandEnd } from '../../events/command-event.ts'
import { bytesOf } from '../../api/command/output-lines.ts'
import { visible } from '../../delivery/visible.ts'
import type { Surroundings, Terminal } from '../surroundings.ts'
import { padTo } from './columns.ts'
import { counted, listed } from './counts.ts'

type Output = Extract<CommandEventBody, { type: 'output' }>
type Finished = Extract<CommandEventBody, { type: 'command-finished' }>

/** Shows the events of one command. */
export interface CommandRenderer {
  readonly event: (event: CommandEvent) => void
  /** How it ended as a whole, once it did. */
  readonly outcome: () => Finished['outcome']
  /** Nodes whose end is known. */
  readonly ended: ReadonlyMap<string, NodeCommandEnd>
  readonly started: ReadonlySet<string>
}

/** Nodes on which it still runs. */
export function stillRunning({ started, ended }: CommandRenderer): string[] {
  return [...started].filter((node) => !ended.has(node)).toSorted()
}

/** JSON when asked for; of one node its output as it is; of several each line with the name of its node. */
export function commandRenderer(
  terminal: Terminal,
  streams: Pick<Surroundings, 'stdout' | 'stderr'>,
  nodes: readonly string[],
  json: boolean,
): CommandRenderer {
  const ended = new Map<string, NodeCommandEnd>()
  const started = new Set<string>()
  let outcome: Finished['outcome'] = 'failed'
  const shown = nodes.length === 1 ? alone(terminal, streams) : byNode(terminal, nodes)
  return {
    ended,
    started,
    outcome: () => outcome,
    event: (event) => {
      if (event.type === 'node-started') started.add(event.node)
      if (event.type === 'node-finished') ended.set(event.node, event)
      if (event.type === 'command-finished') ({ outcome } = event)
      if (json) terminal.out(`${JSON.stringify(event)}\n`)
      else if (event.type === 'output') shown(event)
      else if (event.type === 'command-finished')
        terminal.err(
          endText(
            terminal,
            nodes,
            nodes.flatMap((node) => ended.get(node) ?? []),
          ),
        )
    },
  }
}

/** In a pipe byte for byte; on a terminal nothing that a node prints may move the cursor. */
function alone(terminal: Terminal, streams: Pick<Surroundings, 'stdout' | 'stderr'>) {
  return (output: Output): void => {
    const stream = streams[output.stream]
    const bytes = bytesOf(output)
    stream.write(stream.isTTY === true ? visible(withoutReturn(bytes.toString())) : bytes)
  }
}

function byNode({ out, err, palette, errPalette }: Terminal, nodes: readonly string[]) {
  const width = Math.max(...nodes.map((node) => node.length))
  return (output: Output): void => {
    const { node, stream } = output
    const colours = stream === 'stdout' ? palette : errPalette
    const text = withoutReturn(bytesOf({ ...output, open: true }).toString())
    const line = `${colours.cyan(padTo(node, width))} ${colours.dim('|')} ${visible(text)}\n`
    if (stream === 'stdout') out(line)
    else err(line)
  }
}

/** Lines of a program that ends them with CR LF. */
function withoutReturn(text: string): string {
  return text.replace(/\r(?=\n?$)/, '')
}

/** Silent for one node that ended well, as the program itself would be. */
function endText(
  { errPalette: { red, green, dim } }: Terminal,
  nodes: readonly string[],
  ends: readonly NodeCommandEnd[],
): string {
  const well = ends.filter(({ outcome, status }) => outcome === 'ended' && status === 0)
  if (nodes.length === 1 && well.length === 1) return ''
  const groups = new Map<string, string[]>()
  for (const end of ends.filter((each) => !well.includes(each))) {
    const text = endWords(end)
    groups.set(text, [...(groups.get(text) ?? []), end.node])
  }
  const sum = `well on ${well.length === nodes.length ? counted(nodes.length, 'node') : `${well.length} of ${counted(nodes.length, 'node')}`}`
  const lines = [...groups].map(([text, names]) => `${listed(names, 12)}: ${text}`)
  const fixes = ends.flatMap(({ node, fix }) =>
    fix === undefined ? [] : [`${node}: ${dim('fix')} ${visible(fix)}`],
  )
  const first = well.length === nodes.length ? green(sum) : red(sum)
  return [first, ...lines, ...fixes].map((line) => `${line}\n`).join('')
}

function endWords({ node, outcome, status = 0, because, message = '' }: NodeCommandEnd): string {
  const told = visible(message.startsWith(`${node} `) ? message.slice(node.length + 1) : message)
  const why = because === 'time' ? 'its time was up' : 'interrupted'
  switch (outcome) {
    case 'ended':
      return status > 128 ? `ended with ${status} (signal ${status - 128})` : `ended with ${status}`
    case 'stopped':
      return `${why}, ended with ${status}`
    case 'lost':
      return `${because === undefined ? '' : `${why}; `}${told}`
    case 'skipped':
      return 'not started'
    default:
      return told
  }
}
