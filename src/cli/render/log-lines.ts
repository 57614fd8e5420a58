/** Entries of journals as lines for people. */
import type { LogEvent } from '../../api/index.ts'
import { visible } from '../../delivery/visible.ts'
import type { Palette } from '../../diagnostics/palette.ts'
import { oneLine, padTo } from './columns.ts'

type Entry = Extract<LogEvent, { type: 'entry' }>

/** One entry: the time as this computer has it, the node, who wrote it and what; further lines of it are indented. */
export function entryLines(entry: Entry, width: number, palette: Palette): string {
  const { node, microseconds, identifier, unit, pid, priority = 6, text } = entry
  const who = oneLine(identifier ?? unit ?? '-')
  const head = `${palette.dim(localTime(microseconds / 1000))} ${palette.cyan(padTo(node, width))}`
  const [first = '', ...rest] = visible(text).split('\n')
  const style = priority <= 3 ? palette.red : priority === 4 ? palette.yellow : (line: string): string => line
  const lines = [`${head} ${who}${pid === undefined ? '' : `[${pid}]`}: ${style(first)}`]
  return [...lines, ...rest.map((line) => `    ${style(line)}`)].map((line) => `${line}\n`).join('')
}

/** `2026-11-29 14:05:09.123`, in the time zone of this computer. */
function localTime(milliseconds: number): string {
  const at = new Date(milliseconds)
  const two = (value: number): string => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return `${day} ${time}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

/** What is said beside the entries. */
export function logNote(event: Exclude<LogEvent, Entry>, { red, yellow, dim }: Palette): string {
  switch (event.type) {
    case 'clock-differs': {
      const { node, seconds } = event
      const way = seconds > 0 ? 'ahead of' : 'behind'
      return `${yellow('warning')} the clock of ${node} is ${Math.abs(seconds)} s ${way} this computer: its entries stand in the wrong place\n`
    }
    case 'node-finished': {
      const { node, message, fix, missing } = event
      const without = missing.length === 0 ? [] : [`${node}: has no unit ${oneLine(missing.join(' '))}`]
      const told =
        message === undefined
          ? []
          : [
              red(
                `${node}: ${oneLine(message.startsWith(`${node} `) ? message.slice(node.length + 1) : message)}`,
              ),
            ]
      const advice = fix === undefined ? [] : [`${node}: ${dim('fix')} ${oneLine(fix)}`]
      return [...without, ...told, ...advice].map((line) => `${line}\n`).join('')
    }
    default:
      return event.entries === 0 ? 'There are no entries.\n' : ''
  }
}
