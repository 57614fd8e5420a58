/** What a plan says of the engines: what they themselves find not well, and those that could not be asked. */
import type { Palette } from '../../diagnostics/palette.ts'
import type { Event } from '../../events/event.ts'
import { listed } from './counts.ts'
import { oneLine } from './columns.ts'

type EngineFinished = Extract<Event, { type: 'engine-finished' }>

function enginesOf(events: readonly Event[]): EngineFinished[] {
  return events.filter((event): event is EngineFinished => event.type === 'engine-finished')
}

/** A line for each thing that is not well, and the way out. */
export function engineLines(events: readonly Event[], palette: Palette): string[] {
  return enginesOf(events).flatMap(({ engine, problems, message, fix, outcome }) => {
    const said = problems.map((problem) => `${oneLine(engine)}: ${oneLine(problem)}`)
    const unseen = outcome === 'skipped' && message !== undefined ? [oneLine(message)] : []
    const lines = [...said, ...unseen].map((line) => palette.yellow(line))
    return lines.length > 0 && fix !== undefined ? [...lines, `${palette.dim('fix')} ${oneLine(fix)}`] : lines
  })
}

/** What follows the one line that says it all; nothing when all engines are well. */
export function engineSuffix(events: readonly Event[]): string {
  const named = (joint: string, which: (event: EngineFinished) => boolean): string => {
    const names = enginesOf(events).filter(which)
    return names.length > 0 ? `; ${joint}: ${listed(names.map(({ engine }) => oneLine(engine)))}` : ''
  }
  const unseen = named('not asked', ({ outcome }) => outcome === 'skipped')
  return `${unseen}${named('not well', ({ problems }) => problems.length > 0)}`
}
