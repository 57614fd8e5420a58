/** What shows a run: it takes events as they happen, and knows nothing of what made them. */
import type { Event } from '../../events/event.ts'

/** One way to show a run. */
export interface Renderer {
  /** Shows an event; unknown ones, of a newer version, are passed over. */
  readonly event: (event: Event) => void
  /** Shows text of the command itself, such as a plan; it stays on the screen. */
  readonly note: (text: string) => void
  /** Takes the live part off the screen, so that a question can be asked. */
  readonly pause: () => void
  readonly resume: () => void
  /** Ends the live part and gives the terminal back as it was. Safe to call twice. */
  readonly close: () => void
}
