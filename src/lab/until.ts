/** Waits for a condition by asking again and again, a little less often each time. */

/**
 * Asks until the answer is not `undefined`, and returns it; `undefined` when the time is over.
 * The pause between two questions grows from 10 ms to a quarter of a second.
 */
export async function until<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  timeoutSeconds: number,
): Promise<T | undefined> {
  const end = Date.now() + timeoutSeconds * 1000
  for (let pauseMilliseconds = 10; ; pauseMilliseconds = Math.min(pauseMilliseconds * 1.5, 250)) {
    const answer = await ask()
    if (answer !== undefined || Date.now() > end) return answer
    await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds))
  }
}
