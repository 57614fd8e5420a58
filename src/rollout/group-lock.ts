/**
 * The lock of a consensus group. It is the group's and not the run's: whoever changes a member, from whatever computer, holds the
 * lease of most of the members that vote. Two runs cannot both have most of them, whatever each of them wants the group to become, and a
 * member that restarts takes only its own lease with it.
 */
import { rolloutCodes } from '../diagnostics/catalogue/rollout.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Answer } from '../support/poll.ts'
import type { Delivery, MemberLease } from './work.ts'

/** How long a lease lasts without another word of its holder: a member may be away for as long as it restarts. */
const LEASE_SECONDS = 300
const RENEW_MILLISECONDS = 60_000

/** An answer to the wish for the lock. */
export interface LockAnswer extends Answer {
  /** Why it is not ours, with what to type. */
  readonly refusal?: Diagnostic
  /** Nobody else has it; too few members can be asked. */
  readonly isOutOfReach?: boolean
}

/** The lock of one group, as one run sees it. */
export class GroupLock {
  readonly #name: string
  #members: readonly string[]
  readonly #delivery: Pick<Delivery, 'leaseGroup'>
  /** Members whose lease may be ours. */
  readonly #taken = new Set<string>()
  #isHeld = false
  /** One wish after the other: what one takes, another must not give back meanwhile. */
  #last: Promise<unknown> = Promise.resolve()
  #renewal: NodeJS.Timeout | undefined

  constructor(name: string, members: readonly string[], delivery: Pick<Delivery, 'leaseGroup'>) {
    this.#name = name
    this.#members = members
    this.#delivery = delivery
  }

  /** The nodes that vote now; what is held of others is given back in the end. */
  set members(members: readonly string[]) {
    this.#members = members
  }

  get isHeld(): boolean {
    return this.#isHeld
  }

  /** Takes or renews it. What was taken is given back when it is not enough. Never rejects. */
  take(): Promise<LockAnswer> {
    return this.#inOrder(() => this.#take())
  }

  /** Gives it back, if it is held. */
  give(): Promise<void> {
    return this.#inOrder(() => this.#give())
  }

  #inOrder<Value>(wish: () => Promise<Value>): Promise<Value> {
    const next = this.#last.then(wish, wish)
    this.#last = next
    return next
  }

  async #take(): Promise<LockAnswer> {
    const asked = await this.#ask()
    const answer = this.#judge(asked)
    if (answer.passed) this.#hold()
    else if (this.#isHeld) await this.#give()
    else await this.#giveBack([...asked.keys()].filter((member) => asked.get(member)?.kind === 'granted'))
    return answer
  }

  async #give(): Promise<void> {
    if (!this.#isHeld) return
    this.#isHeld = false
    clearInterval(this.#renewal)
    await this.#giveBack([...this.#taken])
  }

  /** All who want it begin with the same member, so that they do not take the members away from each other. */
  async #ask(): Promise<Map<string, MemberLease>> {
    const asked = new Map<string, MemberLease>()
    const ask = async (member: string): Promise<void> => {
      this.#taken.add(member)
      asked.set(member, await this.#delivery.leaseGroup(member, this.#wish('take')))
    }
    const rest = [...this.#members]
    while (!this.#isHeld && rest.length > 0) {
      const first = rest.shift() as string
      await ask(first)
      const answer = asked.get(first)
      if (answer?.kind === 'granted') break
      if (answer?.kind !== 'unreached') return asked
    }
    await Promise.all(rest.map(ask))
    return asked
  }

  #judge(asked: ReadonlyMap<string, MemberLease>): LockAnswer {
    const group = this.#name
    const members = this.#members
    const answers = [...asked]
    const granted = answers.filter(([, { kind }]) => kind === 'granted').length
    const needed = Math.floor(members.length / 2) + 1
    for (const [member, answer] of answers) {
      // It may stop its member at any moment, so no number of other members makes up for it.
      if (answer.kind !== 'at-work') continue
      const refusal = rolloutCodes.GROUP_MEMBER_AT_WORK({ group, member, run: answer.run })
      return { passed: false, detail: `run ${answer.run} is still at work on ${member}`, refusal }
    }
    if (granted >= needed) return { passed: true, detail: `${granted} of ${members.length} members` }
    for (const [, answer] of answers) {
      if (answer.kind !== 'held') continue
      const refusal = rolloutCodes.GROUP_BUSY({ group, ...answer })
      return { passed: false, detail: `${answer.by} changes it (run ${answer.run})`, refusal }
    }
    const missing = answers.flatMap(([, answer]) => (answer.kind === 'unreached' ? [answer.problem] : []))
    const refusal = rolloutCodes.GROUP_OUT_OF_REACH({ group, granted, needed, missing: missing.join('; ') })
    return { passed: false, detail: refusal.summary, refusal, isOutOfReach: true }
  }

  #hold(): void {
    this.#isHeld = true
    clearInterval(this.#renewal)
    // A turn may take longer than a lease lasts. Before each turn it is taken anew all the same.
    this.#renewal = setInterval(() => void this.#inOrder(() => this.#renew()), RENEW_MILLISECONDS).unref()
  }

  async #renew(): Promise<void> {
    if (!this.#isHeld) return
    const renewed = this.#members.map((member) => this.#delivery.leaseGroup(member, this.#wish('take')))
    await Promise.all(renewed)
  }

  async #giveBack(members: readonly string[]): Promise<void> {
    await Promise.all(members.map((member) => this.#delivery.leaseGroup(member, this.#wish('give'))))
  }

  #wish<Wish extends 'take' | 'give'>(wish: Wish) {
    return { group: this.#name, wish, seconds: LEASE_SECONDS }
  }
}
