/** Commands in texts, as they have to be typed when the twin in the lab is meant and not the boards. */
import type { EventBody } from '../events/event.ts'
import type { Diagnostic } from './diagnostic.ts'

/** Commands that would reach a board without `--lab`. */
const REACHING = /\bbramble (?=(?:apply|plan|status|facts|ssh|secrets|upgrade)\b)/g

/** The text with `--lab` in every command that would otherwise act on boards. */
export function forTwin(text: string): string {
  return text.replaceAll(REACHING, 'bramble --lab ')
}

/** The diagnostic with what to type for the twin. */
export function diagnosticForTwin(diagnostic: Diagnostic): Diagnostic {
  return { ...diagnostic, fix: forTwin(diagnostic.fix) }
}

/** The event with what to type for the twin. */
export function eventForTwin(body: EventBody): EventBody {
  if (body.type === 'warning') return { ...body, text: forTwin(body.text) }
  if (body.type !== 'node-finished' && body.type !== 'engine-finished') return body
  return body.fix === undefined ? body : { ...body, fix: forTwin(body.fix) }
}
