/** Shows a run of the API while it goes on: chooses the renderer, listens for Ctrl-C, keeps what the closing lines need. */
import type { Event } from '../events/event.ts'
import { eventWithClusterWords } from './again.ts'
import { askPassword } from './ask.ts'
import { UsageError, type Context } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { watchInterrupts } from './interrupt.ts'
import { listed } from './render/counts.ts'
import { jsonRenderer } from './render/json.ts'
import { plainRenderer, quietRenderer } from './render/plain.ts'
import { RunProgress } from './render/progress.ts'
import type { Renderer } from './render/renderer.ts'

/** How much of a run is shown. */
export interface Detail {
  /** Every step with its time. */
  readonly verbose?: boolean
  /** Problems alone. */
  readonly quiet?: boolean
  /** The command that repeats the run, where that is not `apply`. */
  readonly again?: string
}

/** What is left of a run once it was shown. */
export interface WatchedRun {
  readonly progress: RunProgress
  /** What a plan is made of; the rest is not kept, so that a long run takes no more memory than a short one. */
  readonly planEvents: readonly Event[]
  readonly interrupted: boolean
}

/** What a run may ask of the one who watches it. */
export interface RunControls {
  readonly signal: AbortSignal
  /** Shows text that stays. */
  readonly note: (text: string) => void
  /** Asks somebody, with the live part off the screen; the time that takes is not the run's. */
  readonly ask: <Answer>(question: () => Promise<Answer>) => Promise<Answer>
  /** Says that a plan was agreed to. */
  readonly agreed: () => void
  /** Asks for the password of sudo; left out when nobody is there. */
  readonly sudoPassword?: () => Promise<string>
}

/** Starts a run with `start` and shows it to its end. */
export async function watchRun(
  context: Context,
  start: (controls: RunControls) => AsyncIterable<Event>,
  detail: Detail = {},
): Promise<WatchedRun> {
  const progress = new RunProgress()
  const renderer = await chooseRenderer(context, progress, detail)
  const planEvents: Event[] = []
  const interrupts = watchInterrupts(
    () => renderer.note(`${stoppingNote(progress)}\n`),
    () => {
      renderer.close()
      process.exit(EXIT.interrupted)
    },
  )
  try {
    for await (const told of start(controlsOf(context, renderer, progress, interrupts.signal))) {
      const event = eventWithClusterWords(told, context.common, detail.again)
      progress.take(event)
      if (isPlanEvent(event)) planEvents.push(event)
      renderer.event(event)
    }
  } finally {
    renderer.close()
    interrupts.stop()
  }
  return { progress, planEvents, interrupted: interrupts.signal.aborted }
}

function controlsOf(
  { terminal, common, surroundings }: Context,
  renderer: Renderer,
  progress: RunProgress,
  signal: AbortSignal,
): RunControls {
  const ask: RunControls['ask'] = async (question) => {
    const from = Date.now()
    renderer.pause()
    const answer = await question()
    progress.skip(Date.now() - from)
    renderer.resume()
    return answer
  }
  const sudoPassword = (): Promise<string> =>
    ask(() => askPassword(surroundings, 'Password for sudo on the nodes: '))
  return {
    signal,
    note: renderer.note,
    ask,
    agreed: () => progress.queueChecked(Date.now()),
    ...(terminal.canAsk && !common.json && { sudoPassword }),
  }
}

/** JSON when asked for, a live picture where one can be drawn, else plain lines. */
async function chooseRenderer(
  context: Context,
  progress: RunProgress,
  { verbose = false, quiet = false }: Detail,
): Promise<Renderer> {
  const { terminal, common, surroundings } = context
  if (verbose && quiet) throw new UsageError('--verbose and --quiet together make no sense: leave one out.')
  if (common.json) return jsonRenderer(terminal.out)
  if (quiet) return quietRenderer(terminal.out)
  if (verbose) return plainRenderer(terminal.out, { differences: true, steps: true, times: true })
  if (!terminal.isLive) return plainRenderer(terminal.out, { differences: false })
  const { humanRenderer } = await import('./render/human.ts')
  const { palette, unicode } = terminal
  return humanRenderer({ stream: surroundings.stdout, palette, unicode, progress })
}

const PLAN_EVENTS: readonly Event['type'][] = [
  'run-started',
  'resource-differs',
  'resource-unseen',
  'node-waits',
  'order-planned',
  'node-finished',
  'engine-finished',
]

function isPlanEvent({ type }: Event): boolean {
  return PLAN_EVENTS.includes(type)
}

/** Says what still goes on, so that nobody pulls a plug meanwhile. */
function stoppingNote(progress: RunProgress): string {
  const busy = [...progress.nodes.values()].filter(({ state }) =>
    ['converge', 'verify', 'gate', 'reboot'].includes(state),
  )
  const who = listed(busy.map(({ name }) => name))
  const what =
    who === '' ? 'nothing is being changed' : `${who} ${busy.length === 1 ? 'comes' : 'come'} to an end first`
  return `Stopping: no new work is started; ${what}. Ctrl-C again leaves at once; what runs on nodes goes on there.`
}
