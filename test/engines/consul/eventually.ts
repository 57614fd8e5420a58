/** Waiting for a condition. */

/** Asks again until the condition holds; the last refusal is the error. */
export async function eventually(
  what: string,
  seconds: number,
  ask: () => Promise<true | string>,
): Promise<void> {
  const until = Date.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (answer === true) return
    if (Date.now() > until) throw new Error(`${what}: not within ${seconds} seconds: ${answer}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
