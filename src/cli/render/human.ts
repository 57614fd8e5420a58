/** For people at a terminal: a live picture of the run, and above it what has to stay, failures and warnings. */
import type { Palette } from '../../diagnostics/palette.ts'
import type { Event } from '../../events/event.ts'
import { oneLine, withoutName } from './columns.ts'
import { renderFrame } from './frame.ts'
import { openLiveArea, type LiveArea, type LiveStream } from './live-area.ts'
import type { RunProgress } from './progress.ts'
import type { Renderer } from './renderer.ts'

/** What the live view needs. */
export interface HumanOptions {
  readonly stream: LiveStream
  readonly palette: Palette
  /** Kept up to date by whoever hands out the events. */
  readonly progress: RunProgress
  /** False where the terminal may know ASCII alone. */
  readonly unicode: boolean
}

const TURNS = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const ASCII_TURNS = ['|', '/', '-', '\\']
const REDRAW_MILLISECONDS = 100
/** When hundreds of nodes fail for one reason, the reason scrolls by this often; the closing table has them all. */
const WHOLE_FAILURES = 10
const SHORT_FAILURES = 40

/** Starts the live view; the picture moves by itself until `close`. */
export function humanRenderer(options: HumanOptions): Renderer {
  const view = new HumanView(options)
  return {
    event: (event) => view.take(event),
    note: (text) => view.area.print(text),
    pause: () => view.stop(),
    resume: () => view.start(),
    close: () => view.stop(),
  }
}

class HumanView {
  readonly area: LiveArea
  readonly #options: HumanOptions
  readonly #turns: readonly string[]
  readonly #warned = new Set<string>()
  #frames = 0
  #failures = 0
  #timer: NodeJS.Timeout | undefined

  constructor(options: HumanOptions) {
    this.#options = options
    this.area = openLiveArea(options.stream)
    this.#turns = options.unicode ? TURNS : ASCII_TURNS
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#draw(), REDRAW_MILLISECONDS).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.area.clear()
  }

  take(event: Event): void {
    if (event.type === 'run-started') this.start()
    const lines = this.#keptLines(event)
    if (lines.length > 0) this.area.print(lines.map((line) => `${line}\n`).join(''))
    if (event.type === 'run-finished') this.stop()
  }

  #keptLines(event: Event): string[] {
    const { palette, unicode } = this.#options
    if (event.type === 'warning') {
      if (this.#warned.has(event.text)) return []
      this.#warned.add(event.text)
      return warningLines(event, palette)
    }
    const cross = palette.red(unicode ? '✗' : 'x')
    const lines = failureLines(event, palette, cross, this.#failures)
    if (lines.length > 0) this.#failures++
    return lines
  }

  #draw(): void {
    const { stream, progress, palette } = this.#options
    const turn = this.#turns[this.#frames++ % this.#turns.length] ?? ''
    const size = { columns: stream.columns ?? 80, rows: stream.rows ?? 24 }
    this.area.draw(renderFrame(progress, size, Date.now(), palette, turn))
  }
}

function warningLines({ node, code, text }: Extract<Event, { type: 'warning' }>, palette: Palette): string[] {
  const place = node === undefined ? '' : `${oneLine(node)}: `
  return [`${palette.yellow('warning')} ${palette.bold(code)}: ${place}${oneLine(text)}`]
}

/** What stays on the screen of a failure: all of it for the first ones, one line for some more. */
function failureLines(event: Event, palette: Palette, cross: string, failuresBefore: number): string[] {
  const isFailure =
    event.type === 'resource-failed' || (event.type === 'node-finished' && event.outcome === 'failed')
  if (!isFailure || failuresBefore >= SHORT_FAILURES) return []
  const whole = failuresBefore < WHOLE_FAILURES
  if (event.type === 'resource-failed') {
    const output = whole ? event.output.map((line) => `  ${palette.dim('|')} ${oneLine(line)}`) : []
    return [`${cross} ${palette.bold(oneLine(event.address))}: ${oneLine(event.message)}`, ...output]
  }
  const code = event.code === undefined ? '' : `${palette.bold(oneLine(event.code))}: `
  const message = oneLine(withoutName(event.message ?? 'failed', event.node))
  return [
    `${cross} ${palette.bold(oneLine(event.node))}: ${code}${message}`,
    ...(whole ? adviceLines(event, palette) : []),
  ]
}

/** Why a failure of a node matters, what to type, and the last lines that came with it. */
function adviceLines(
  { why, fix, output = [] }: Extract<Event, { type: 'node-finished' }>,
  palette: Palette,
): string[] {
  return [
    ...(why === undefined ? [] : [`  ${palette.dim('why')} ${oneLine(why)}`]),
    ...(fix === undefined ? [] : [`  ${palette.dim('fix')} ${oneLine(fix)}`]),
    ...output.map((line) => `  ${palette.dim('|')} ${oneLine(line)}`),
  ]
}
