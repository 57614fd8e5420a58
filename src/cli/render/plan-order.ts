/** In which order the nodes of a plan would change. */
import type { Palette } from '../../diagnostics/palette.ts'
import type { Event, Lane, PlannedWait } from '../../events/event.ts'
import { oneLine } from './columns.ts'
import { listed } from './counts.ts'

/** More names than this in one step are counted. */
const SHOWN = 12

/** The lines; none where no more than one node differs, for one has no order. */
export function orderLines(events: readonly Event[], palette: Palette): string[] {
  const planned = events.findLast((event) => event.type === 'order-planned')
  const nodes = planned?.lanes.flatMap(({ steps }) => steps.flat()) ?? []
  if (!planned || nodes.length < 2) return []
  return [
    palette.bold('order'),
    ...planned.lanes.map((lane) => `  ${laneText(lane, planned.concurrency)}`),
    ...(planned.waits ?? []).map((wait) => `  ${waitText(wait)}`),
  ]
}

function waitText({ nodes, after, why }: PlannedWait): string {
  const who = (names: readonly string[]): string => listed(names.map(oneLine), SHOWN)
  const is = after.length === 1 ? 'is' : 'are'
  const reason = {
    'stands-on': `which ${nodes.length === 1 ? 'it stands' : 'they stand'} on`,
    'way-first': `which ${is} the way to ${nodes.length === 1 ? 'it' : 'them'}`,
    'way-last': `which ${is} reached through ${nodes.length === 1 ? 'it' : 'them'}`,
    'taken-last': `which ${after.length === 1 ? 'stands' : 'stand'} on ${nodes.length === 1 ? 'it' : 'them'}`,
  }[why]
  return `${who(nodes)} after ${who(after)}, ${reason}`
}

function laneText({ guard, steps }: Lane, concurrency: number): string {
  const texts = steps.map((step) => listed(step.map(oneLine), SHOWN))
  const most = Math.max(...steps.map((step) => step.length))
  const batch = most > concurrency ? ` (${concurrency} at a time)` : ''
  if (guard === 'free')
    return `${steps.length === 1 ? 'at once' : 'in order'}: ${texts.join(', then ')}${batch}`
  if (guard === 'canary') return `the first alone: ${texts.join(', then ')}${batch}`
  return `one at a time, each only while ${oneLine(guard)} can lose one more: ${texts.join(', then ')}`
}
