/** In which order the nodes of a plan would change. */
import type { Palette } from '../../diagnostics/palette.ts'
import type { Event, Lane } from '../../events/event.ts'
import { oneLine } from './columns.ts'
import { listed } from './counts.ts'

/** More names than this in one step are counted. */
const SHOWN = 12

/** The lines; none where no more than one node differs, for one has no order. */
export function orderLines(events: readonly Event[], palette: Palette): string[] {
  const planned = events.findLast((event) => event.type === 'order-planned')
  const nodes = planned?.lanes.flatMap(({ steps }) => steps.flat()) ?? []
  if (!planned || nodes.length < 2) return []
  return [palette.bold('order'), ...planned.lanes.map((lane) => `  ${laneText(lane, planned.concurrency)}`)]
}

function laneText({ guard, steps }: Lane, concurrency: number): string {
  const texts = steps.map((step) => listed(step.map(oneLine), SHOWN))
  const most = Math.max(...steps.map((step) => step.length))
  const batch = most > concurrency ? ` (${concurrency} at a time)` : ''
  if (guard === 'free') return `at once: ${texts.join('; ')}${batch}`
  if (guard === 'canary') return `the first alone: ${texts.join(', then ')}${batch}`
  return `one at a time, each only while ${oneLine(guard)} can lose one more: ${texts.join(', then ')}`
}
