/** Asks again and again until a condition holds or the time is up. */
import { setTimeout as delay } from 'node:timers/promises'
import { reasonOf } from './reason.ts'

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
  /** Told what is waited for and for how long already: whenever that is something else than before, and now and then. */
  readonly waits?: ((detail: string, waitedSeconds: number) => void) | undefined
}

/** After so many seconds the same thing is told once more. */
const TOLD_AGAIN_SECONDS = 15

/** The last answer: the one that passed, the final one, or the one at which patience or the run ended. An attempt that throws has not passed. */
export async function poll(ask: () => Promise<Answer>, options: PollOptions): Promise<Answer> {
  const { signal } = options
  const begin = performance.now()
  const end = begin + options.patienceSeconds * 1000
  let told = begin
  let pause = (options.pauseSeconds ?? 0.25) * 1000
  let waitedFor: string | undefined
  for (;;) {
    const answer: Answer = await ask().catch((error: unknown) => ({ passed: false, detail: reasonOf(error) }))
    if (answer.passed || answer.isFinal === true || signal?.aborted === true) return answer
    if (performance.now() + pause > end) return answer
    const now = performance.now()
    if (answer.detail !== waitedFor || now - told > TOLD_AGAIN_SECONDS * 1000) {
      options.waits?.(answer.detail, (now - begin) / 1000)
      told = now
    }
    waitedFor = answer.detail
    // The end of the run ends the pause; the loop then sees it.
    await delay(pause, undefined, { ...(signal && { signal }) }).catch(() => undefined)
    pause = Math.min(pause * 1.5, 2000)
  }
}
