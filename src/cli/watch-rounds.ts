/** Looks again and again: redraws on a terminal, and elsewhere prints a block each time that something has changed. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Context } from './context.ts'
import { EXIT, type ExitCode } from './exit-codes.ts'
import { watchInterrupts } from './interrupt.ts'
import { jsonText } from './render/json.ts'
import { openLiveArea } from './render/live-area.ts'

/** What was seen in one look. */
export interface Round {
  /** For people. */
  readonly lines: readonly string[]
  /** For programs. */
  readonly document: unknown
  /** Equal to that of another round when nothing worth a word has changed. */
  readonly changes: string
  readonly exit: ExitCode
}

/** What the option is for. */
export function watchSummary(seconds: number): string {
  return `look again every so many seconds (${seconds} when left out) until Ctrl-C`
}

/** One look, or many. Ends with what was seen last, or as interrupted when it was watched. */
export async function watchRounds(
  context: Context,
  watch: number | true | undefined,
  usualSeconds: number,
  look: (signal?: AbortSignal) => Promise<Round>,
): Promise<ExitCode> {
  const { terminal, common } = context
  if (watch === undefined) {
    const round = await look()
    terminal.out(common.json ? jsonText(round.document) : textOf(round.lines))
    return round.exit
  }
  const seconds = watch === true ? usualSeconds : watch
  const screen = common.json || !terminal.isLive ? blocks(context) : redrawn(context, seconds)
  const interrupts = watchInterrupts(
    () => undefined,
    () => process.exit(EXIT.interrupted),
  )
  const { signal } = interrupts
  try {
    while (!signal.aborted) {
      const round = await look(signal)
      // What was broken off says nothing.
      if (!signal.aborted) screen.show(round)
      await pause(seconds * 1000, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    screen.close()
    interrupts.stop()
  }
  return EXIT.interrupted
}

interface Screen {
  readonly show: (round: Round) => void
  readonly close: () => void
}

function blocks({ terminal, common }: Context): Screen {
  let last: string | undefined
  return {
    show: ({ lines, document, changes }) => {
      if (changes === last) return
      const at = new Date().toISOString()
      const isFirst = last === undefined
      last = changes
      if (common.json) terminal.out(`${JSON.stringify({ at, ...asObject(document) })}\n`)
      else terminal.out(`${isFirst ? '' : '\n'}${at}\n${textOf(lines)}`)
    },
    close: () => undefined,
  }
}

function asObject(document: unknown): object {
  return Array.isArray(document) ? { nodes: document } : (document as object)
}

/** What was seen last stays when the watching ends. */
function redrawn({ surroundings: { stdout }, terminal: { palette } }: Context, seconds: number): Screen {
  const area = openLiveArea(stdout)
  let last: readonly string[] = []
  return {
    show: ({ lines }) => {
      last = lines
      const rows = (stdout.rows ?? 24) - 2
      const hidden = lines.length > rows ? [palette.dim(`… and ${lines.length - rows + 1} more lines`)] : []
      const shown = hidden.length > 0 ? lines.slice(0, rows - 1) : lines
      const time = new Date().toLocaleTimeString('en-GB')
      area.draw([...shown, ...hidden, palette.dim(`${time}, again every ${seconds} s; Ctrl-C ends`)])
    },
    close: () => {
      area.clear()
      stdout.write(textOf(last))
    },
  }
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('')
}
