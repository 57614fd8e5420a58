/** A run that is late is stopped like one that somebody interrupts. */
import { setMaxListeners } from 'node:events'

/** The same options, with a signal of the run's own that is also given when the time is up. */
export function withTimeLimit<
  Options extends { readonly timeoutSeconds?: number; readonly signal?: AbortSignal },
>(options: Options): Options {
  const { timeoutSeconds, signal } = options
  const late = timeoutSeconds === undefined ? [] : [AbortSignal.timeout(timeoutSeconds * 1000)]
  const given = [...(signal === undefined ? [] : [signal]), ...late]
  if (given.length === 0) return options
  const own = AbortSignal.any(given)
  // Each node listens, and there may be many.
  setMaxListeners(0, own)
  return { ...options, signal: own }
}
