/** The part of a terminal that is drawn over again and again, below text that stays. */
import { createLogUpdate } from 'log-update'

/** The terminal to draw on. */
export type LiveStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly rows?: number
}

/** A live area at the end of what a terminal shows. */
export interface LiveArea {
  /** Puts text above the live area; it stays. Must end with a newline. */
  readonly print: (text: string) => void
  /** Replaces the live area. */
  readonly draw: (lines: readonly string[]) => void
  /** Takes the live area away and shows the cursor; `draw` brings both back. Safe to call twice. */
  readonly clear: () => void
}

const HIDE_CURSOR = '\u001b[?25l'
const SHOW_CURSOR = '\u001b[?25h'

/** Opens a live area. The cursor comes back also when the process ends in the middle of it. */
export function openLiveArea(stream: LiveStream): LiveArea {
  const update = createLogUpdate(stream, { showCursor: true })
  let hidden = false
  const restore = (): void => {
    if (hidden) stream.write(SHOW_CURSOR)
    hidden = false
    process.removeListener('exit', restore)
  }
  return {
    print: (text) => {
      if (hidden) update.clear()
      stream.write(text)
    },
    draw: (lines) => {
      if (!hidden) {
        hidden = true
        process.once('exit', restore)
        stream.write(HIDE_CURSOR)
      }
      update(lines.join('\n'))
    },
    clear: () => {
      if (hidden) update.clear()
      restore()
    },
  }
}
