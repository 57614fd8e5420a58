/** The live picture of a run as lines of text: one a node as far as the terminal goes, the rest counted. */
import type { Palette } from '../../diagnostics/palette.ts'
import { clip, oneLine, padTo, widthOf } from './columns.ts'
import { outcomeWord, summaryPhrase } from './counts.ts'
import { formatRunning } from './duration.ts'
import { grouped } from './grouped.ts'
import type { NodeProgress, NodeState, RunProgress } from './progress.ts'
import { outcomeColour } from './sign.ts'

/** What the picture has to fit into. */
export interface FrameSize {
  readonly columns: number
  readonly rows: number
}

const WORDS: Readonly<Record<NodeState, string>> = {
  queued: 'queued',
  connect: 'connecting',
  check: 'checking',
  wait: 'waiting',
  converge: 'converging',
  verify: 'verifying',
  gate: 'settling',
  reboot: 'rebooting',
  finished: 'finished',
}
const WIDEST_WORD = 10
const WIDEST_NAME = 24
/** The first line, the line of the rest, and the line on which the cursor stands. */
const OTHER_LINES = 3

/** The lines at a moment; none is wider than the terminal. `turn` is the picture of the spinner. */
export function renderFrame(
  progress: RunProgress,
  { columns, rows }: FrameSize,
  now: number,
  palette: Palette,
  turn: string,
): string[] {
  const nodes = [...progress.nodes.values()]
  const room = Math.max(0, rows - OTHER_LINES)
  const shown = nodes.length <= room ? nodes : active(nodes).slice(0, room)
  const nameWidth = Math.min(WIDEST_NAME, Math.max(0, ...shown.map(({ name }) => widthOf(name))))
  const hidden = nodes.length <= room ? [] : nodes.filter((node) => !shown.includes(node))
  return [
    headLine(progress, nodes, now, columns, palette, turn),
    ...shown.map((node) => nodeLine(node, progress, nameWidth, columns, now, palette)),
    ...(rows < OTHER_LINES ? [] : restLine(hidden, columns, palette)),
  ]
}

/** Nodes at which something happens, those that have been at it longest first, so that slow ones stay in sight. */
function active(nodes: readonly NodeProgress[]): NodeProgress[] {
  return nodes
    .filter(({ state }) => state !== 'queued' && state !== 'finished' && state !== 'wait')
    .toSorted((a, b) => (a.started ?? 0) - (b.started ?? 0))
}

function headLine(
  progress: RunProgress,
  nodes: readonly NodeProgress[],
  now: number,
  columns: number,
  palette: Palette,
  turn: string,
): string {
  const finished = nodes.filter(({ state }) => state === 'finished').length
  const failed = nodes.filter(
    ({ outcome, failed: resources }) => outcome === 'failed' || resources > 0,
  ).length
  const what = `${turn} ${progress.command} ${progress.cluster}${progress.lab ? ' (lab)' : ''}`
  const counts = `  ${finished} of ${nodes.length} nodes done`
  const time = ` · ${formatRunning(now - progress.started)}`
  const trouble = failed > 0 ? ` · ${failed} failed` : ''
  const line = what + counts + trouble + time
  if (widthOf(line) > columns - 1) return clip(line, columns - 1)
  return palette.bold(what) + counts + palette.red(trouble) + palette.dim(time)
}

function nodeLine(
  node: NodeProgress,
  progress: RunProgress,
  nameWidth: number,
  columns: number,
  now: number,
  palette: Palette,
): string {
  const { state, detail, outcome } = node
  const colour = outcome ? outcomeColour(outcome, palette) : stateColour(state, palette)
  const word = outcome ? outcomeWord(progress.command, outcome) : WORDS[state]
  const steps = state === 'converge' && node.differing > 0 ? `${node.done}/${node.differing} ` : ''
  const span = outcome ? (node.finished ?? now) - (node.started ?? now) : now - node.since
  const time = state === 'queued' ? '' : formatRunning(span)
  const left = `  ${padTo(clip(oneLine(node.name), nameWidth), nameWidth)}  `
  const found = outcome && progress.command === 'plan' ? summaryPhrase(node.summary, 'plan') : ''
  const middle = ` ${steps}${state === 'wait' && detail ? 'for ' : ''}${oneLine(detail) || found}`
  const room = columns - 1 - widthOf(left) - WIDEST_WORD
  if (room < widthOf(time) + 8) return clip(`${left}${word}`, columns - 1)
  const text = clip(middle, room - widthOf(time) - 2)
  return `${left}${colour(padTo(word, WIDEST_WORD))}${padTo(text, room - widthOf(time) - 1)} ${palette.dim(time)}`
}

function stateColour(state: NodeState, palette: Palette): (text: string) => string {
  if (state === 'queued') return palette.dim
  return state === 'wait' || state === 'reboot' ? palette.yellow : palette.cyan
}

/** `… and 440 more: 400 queued, 28 waiting, 12 checking`; what is finished stands in the first line. */
function restLine(hidden: readonly NodeProgress[], columns: number, palette: Palette): string[] {
  const open = hidden.filter(({ state }) => state !== 'finished')
  if (open.length === 0) return []
  const counts = [...grouped(open, ({ state }) => WORDS[state])].map(
    ([word, nodes]) => `${nodes.length} ${word}`,
  )
  return [palette.dim(clip(`  … and ${open.length} more: ${counts.join(', ')}`, columns - 1))]
}
