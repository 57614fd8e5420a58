/** Asks again and again until a condition holds or the time is up. */
import { setTimeout as delay } from 'node:timers/promises'
import { reasonOf } from './reason.ts'

/** A clock that never goes back, and what it takes to wait by it. */
export interface Clock {
  /** Milliseconds since some moment. */
  now(): number
  /** Ends early, and without an error, when the signal is given. */
  pause(milliseconds: number, signal?: AbortSignal): Promise<void>
}

/** The clock of this computer. */
export const steadyClock: Clock = {
  now: () => performance.now(),
  pause: (milliseconds, signal) =>
    delay(milliseconds, undefined, { ...(signal && { signal }) }).catch(() => undefined),
}

/** What an attempt found. */
export interface Answer {
  readonly passed: boolean
  /** One sentence: what was found. */
  readonly detail: string
  /** Asking again would bring nothing else. */
  readonly isFinal?: boolean
}

/** How to ask. */
export interface PollOptions {
  readonly patienceSeconds: number
  /** First pause between two attempts; it grows by half each time up to two seconds. */
  readonly pauseSeconds?: number
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock | undefined
  /** Told what is waited for and for how long already: whenever that is something else than before, and now and then. */
  readonly waits?: ((detail: string, waitedSeconds: number) => void) | undefined
}

/** After so many seconds the same thing is told once more. */
const TOLD_AGAIN_SECONDS = 15

/** The last answer: the one that passed, the final one, or the one at which patience or the run ended. An attempt that throws has not passed. */
export async function poll(ask: () => Promise<Answer>, options: PollOptions): Promise<Answer> {
  const { signal, clock = steadyClock } = options
  const begin = clock.now()
  const end = begin + options.patienceSeconds * 1000
  let told = begin
  let pause = (options.pauseSeconds ?? 0.25) * 1000
  let waitedFor: string | undefined
  for (;;) {
    const answer: Answer = await ask().catch((error: unknown) => ({ passed: false, detail: reasonOf(error) }))
    if (answer.passed || answer.isFinal === true || signal?.aborted === true) return answer
    if (clock.now() + pause > end) return answer
    const now = clock.now()
    if (answer.detail !== waitedFor || now - told > TOLD_AGAIN_SECONDS * 1000) {
      options.waits?.(answer.detail, (now - begin) / 1000)
      told = now
    }
    waitedFor = answer.detail
    // The end of the run ends the pause; the loop then sees it.
    await clock.pause(pause, signal)
    pause = Math.min(pause * 1.5, 2000)
  }
}
