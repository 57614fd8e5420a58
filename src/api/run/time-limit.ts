/** A run that is late is stopped like one that somebody interrupts. */

/** The same options, with a signal that is also given when the time is up. */
export function withTimeLimit<
  Options extends { readonly timeoutSeconds?: number; readonly signal?: AbortSignal },
>(options: Options): Options {
  const { timeoutSeconds, signal } = options
  if (timeoutSeconds === undefined) return options
  const late = AbortSignal.timeout(timeoutSeconds * 1000)
  return { ...options, signal: signal === undefined ? late : AbortSignal.any([signal, late]) }
}
