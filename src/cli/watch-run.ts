/** Shows a run of the API while it goes on: chooses the renderer, listens for Ctrl-C, keeps what the closing lines need. */
import type { Event } from '../events/event.ts'
import { askPassword } from './ask.ts'
import type { Context } from './context.ts'
import { EXIT } from './exit-codes.ts'
import { watchInterrupts } from './interrupt.ts'
import { listed } from './render/counts.ts'
import { jsonRenderer } from './render/json.ts'
import { plainRenderer } from './render/plain.ts'
import { RunProgress } from './render/progress.ts'
import type { Renderer } from './render/renderer.ts'

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
  readonly renderer: Renderer
  /** Asks for the password of sudo; left out when nobody is there. */
  readonly sudoPassword?: () => Promise<string>
}

/** Starts a run with `start` and shows it to its end. */
export async function watchRun(
  context: Context,
  start: (controls: RunControls) => AsyncIterable<Event>,
): Promise<WatchedRun> {
  const progress = new RunProgress()
  const renderer = await chooseRenderer(context, progress)
  const planEvents: Event[] = []
  const interrupts = watchInterrupts(
    () => renderer.note(`${stoppingNote(progress)}\n`),
    () => {
      renderer.close()
      process.exit(EXIT.interrupted)
    },
  )
  const isAnswered = context.terminal.canAsk && !context.common.json
  const sudoPassword = async (): Promise<string> => {
    renderer.pause()
    const password = await askPassword(context.surroundings, 'Password for sudo on the nodes: ')
    renderer.resume()
    return password
  }
  try {
    const controls = { signal: interrupts.signal, renderer, ...(isAnswered && { sudoPassword }) }
    for await (const event of start(controls)) {
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

/** JSON when asked for, a live picture where one can be drawn, else plain lines. */
async function chooseRenderer(context: Context, progress: RunProgress): Promise<Renderer> {
  const { terminal, common, surroundings } = context
  if (common.json) return jsonRenderer(terminal.out)
  if (!terminal.isLive) return plainRenderer(terminal.out, { differences: false })
  const { humanRenderer } = await import('./render/human.ts')
  const { palette, unicode } = terminal
  return humanRenderer({ stream: surroundings.stdout, palette, unicode, progress })
}

function isPlanEvent({ type }: Event): boolean {
  return type === 'run-started' || type === 'resource-differs' || type === 'node-finished'
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
