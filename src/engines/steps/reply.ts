/** What an engine answers, and how a refusal is told. */

/** An engine did not do what it was asked; the message is what it said. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number

  constructor(what: string, reply: { readonly status: number; readonly problem: string }) {
    super(`${what}: ${reply.problem}`)
    this.status = reply.status
  }
}

/** An answer of an engine. `status` is 0 when there was none. */
export type Reply<Value> =
  | { readonly ok: true; readonly value: Value }
  | {
      readonly ok: false
      readonly status: number
      readonly problem: string
      /** All that was said with this status; `problem` is its beginning. */
      readonly text?: string
      /** What answers there shows a certificate that is not to be believed, so nothing was asked. */
      readonly distrusted?: true
    }

/** The value of a reply, or {@link Refused}. */
export function granted<Value>(what: string, reply: Reply<Value>): Value {
  if (!reply.ok) throw new Refused(what, reply)
  return reply.value
}

/** Like {@link granted}, but nothing when the engine says that there is no such thing. */
export function grantedOrMissing<Value>(what: string, reply: Reply<Value>): Value | undefined {
  return !reply.ok && reply.status === 404 ? undefined : granted(what, reply)
}
