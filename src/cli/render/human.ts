/** For people at a terminal: a live picture of the run, and above it what has to stay, failures and warnings. */
import type { Palette } from '../../diagnostics/palette.ts'
import type { Event } from '../../events/event.ts'
import { oneLine } from './columns.ts'
import { renderFrame } from './frame.ts'
import { openLiveArea, type LiveStream } from './live-area.ts'
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
export function humanRenderer({ stream, palette, progress, unicode }: HumanOptions): Renderer {
  const area = openLiveArea(stream)
  const turns = unicode ? TURNS : ASCII_TURNS
  const cross = palette.red(unicode ? '✗' : 'x')
  let frames = 0
  let failures = 0
  let warned = new Set<string>()
  let timer: NodeJS.Timeout | undefined

  const draw = (): void => {
    const turn = turns[frames++ % turns.length] ?? ''
    const size = { columns: stream.columns ?? 80, rows: stream.rows ?? 24 }
    area.draw(renderFrame(progress, size, Date.now(), palette, turn))
  }
  const stop = (): void => {
    clearInterval(timer)
    timer = undefined
    area.clear()
  }
  const start = (): void => {
    timer ??= setInterval(draw, REDRAW_MILLISECONDS).unref()
  }
  const keep = (event: Event): void => {
    const lines = keptLines(event, palette, cross, failures)
    if (event.type === 'warning') {
      if (warned.has(event.text)) return
      warned = warned.add(event.text)
    } else if (lines.length > 0) failures++
    if (lines.length > 0) area.print(lines.map((line) => `${line}\n`).join(''))
  }
  return {
    event: (event) => {
      if (event.type === 'run-started') start()
      keep(event)
      if (event.type === 'run-finished') stop()
    },
    note: (text) => area.print(text),
    pause: stop,
    resume: () => {
      progress.queueChecked(Date.now())
      start()
    },
    close: stop,
  }
}

/** What stays on the screen. */
function keptLines(event: Event, palette: Palette, cross: string, failuresBefore: number): string[] {
  if (event.type === 'warning') {
    const node = event.node === undefined ? '' : `${oneLine(event.node)}: `
    return [`${palette.yellow('warning')} ${palette.bold(event.code)}: ${node}${oneLine(event.text)}`]
  }
  const isFailure =
    event.type === 'resource-failed' || (event.type === 'node-finished' && event.outcome === 'failed')
  if (!isFailure || failuresBefore >= SHORT_FAILURES) return []
  const whole = failuresBefore < WHOLE_FAILURES
  if (event.type === 'resource-failed') {
    const output = whole ? event.output.map((line) => `  ${palette.dim('|')} ${oneLine(line)}`) : []
    return [`${cross} ${palette.bold(oneLine(event.address))}: ${oneLine(event.message)}`, ...output]
  }
  const fix = whole && event.fix !== undefined ? [`  ${palette.dim('fix')} ${oneLine(event.fix)}`] : []
  return [`${cross} ${palette.bold(oneLine(event.node))}: ${oneLine(event.message ?? 'failed')}`, ...fix]
}
