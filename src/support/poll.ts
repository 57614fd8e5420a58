/** Asks again and again until a condition holds or the time is up. */
import { reasonOf } from './reason.ts'

/** What an attempt found. */
export interface Answer {
  readonly passed: boolean
  /** One sentence: what was found. */
  readonly detail: string
}

/** How to ask. */
export interface PollOptions {
  readonly patienceSeconds: number
  /** First pause between two attempts; it grows by half each time up to two seconds. */
  readonly pauseSeconds?: number
  readonly signal?: AbortSignal | undefined
}

/** The last answer: the one that passed, or the one at which patience ended. An attempt that throws has not passed. */
export async function poll(ask: () => Promise<Answer>, options: PollOptions): Promise<Answer> {
  const end = performance.now() + options.patienceSeconds * 1000
  let pause = (options.pauseSeconds ?? 0.25) * 1000
  for (;;) {
    const answer = await ask().catch((error: unknown) => ({ passed: false, detail: reasonOf(error) }))
    if (answer.passed || options.signal?.aborted === true || performance.now() + pause > end) return answer
    await new Promise((resolve) => setTimeout(resolve, pause))
    pause = Math.min(pause * 1.5, 2000)
  }
}
