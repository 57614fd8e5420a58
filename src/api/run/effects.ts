/** What a change does to a service: a restart is called a restart. */
import type { Difference, Effect } from '../../events/event.ts'

/** What the kind `service` says of a unit (`service.sh`), and what that comes to. */
const EFFECTS: readonly (readonly [
  field: string,
  is: string | undefined,
  wanted: string | undefined,
  effect: Effect,
])[] = [
  ['configuration', 'started with another', 'as wanted', 'restart'],
  ['configuration', 'started with another', 'as wanted after a reboot', 'restart at the next boot'],
  ['configuration', 'has read another', 'as wanted', 'reload'],
  ['state', 'restarting', 'running', 'restart'],
  ['state', undefined, 'running', 'start'],
  ['state', undefined, 'stopped', 'stop'],
]

/** The effect of what differs of a unit; undefined for other kinds, and for what nobody notices. */
export function effectOf(
  address: string,
  action: 'create' | 'update' | 'remove',
  differences: readonly Difference[],
): Effect | undefined {
  if (!/^[^/]*\/service:/.test(address)) return undefined
  if (action === 'create') return 'start'
  const found = EFFECTS.find(([field, is, wanted]) =>
    differences.some(
      (each) =>
        each.field === field &&
        (is === undefined || each.is === is) &&
        (wanted === undefined || each.wanted === wanted),
    ),
  )
  return found?.[3]
}
