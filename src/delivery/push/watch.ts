/** Ends a session in which nothing is heard any more. */
import type { Session } from '../transport/session.ts'

/** Notices that a node has gone silent. */
export class Watch {
  silentSeconds: number | undefined
  readonly #session: Session
  #onSilence: ((session: Session) => boolean) | undefined
  #seconds: number
  #timer: NodeJS.Timeout

  constructor(session: Session, seconds: number) {
    this.#session = session
    this.#seconds = seconds
    this.#timer = this.#start()
  }

  heard(): void {
    this.#timer.refresh()
  }

  patience(seconds: number, onSilence: ((session: Session) => boolean) | undefined): void {
    clearTimeout(this.#timer)
    this.#seconds = seconds
    this.#onSilence = onSilence
    this.#timer = this.#start()
  }

  over(): void {
    clearTimeout(this.#timer)
  }

  #start(): NodeJS.Timeout {
    return setTimeout(() => {
      if (this.#onSilence?.(this.#session) === true) {
        this.#timer.refresh()
        return
      }
      this.silentSeconds = this.#seconds
      this.#session.stop()
    }, this.#seconds * 1000)
  }
}
