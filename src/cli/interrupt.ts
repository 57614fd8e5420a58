/** Ctrl-C: the first one asks a run to come to an end, the second one leaves. */

/** Thrown where an interrupt ends a command at once, as at a question. */
export class InterruptedError extends Error {
  override readonly name = 'InterruptedError'

  constructor() {
    super('interrupted')
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** A watch over signals. */
export interface InterruptWatch {
  /** Aborts with the first signal. */
  readonly signal: AbortSignal
  /** From here on signals do again what they do by themselves. */
  readonly stop: () => void
}

/**
 * Watches for Ctrl-C, SIGTERM and SIGHUP.
 *
 * @param first is called once; `leave` is called with the second signal and must end the process.
 */
export function watchInterrupts(first: () => void, leave: () => void): InterruptWatch {
  const controller = new AbortController()
  const listener = (): void => {
    if (controller.signal.aborted) {
      leave()
      return
    }
    controller.abort()
    first()
  }
  for (const name of SIGNALS) process.on(name, listener)
  return {
    signal: controller.signal,
    stop: () => {
      for (const name of SIGNALS) process.removeListener(name, listener)
    },
  }
}
