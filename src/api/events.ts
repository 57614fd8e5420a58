/** Stamps events with their version, time and run. */
import { userInfo, hostname } from 'node:os'
import type { Event, EventBody } from '../events/event.ts'

/** Makes an event of what happened now. */
export function stamped(body: EventBody, run: string): Event {
  return { v: 1, at: new Date().toISOString(), run, ...body }
}

/** Who runs this, such as `kai@laptop`; for locks, journals and other people's error messages. */
export function controllerName(): string {
  let user = 'unknown'
  try {
    user = userInfo().username
  } catch {
    // A user id without an entry in the password file has no name.
    user = String(process.getuid?.() ?? user)
  }
  return `${user}@${hostname()}`
}
