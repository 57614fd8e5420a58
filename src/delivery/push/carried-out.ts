/** Collects the events of a converge: what became of every resource. */
import type { Program } from '../../compile/compile.ts'
import { deliveryCodes } from '../../diagnostics/catalogue/delivery.ts'
import type { DeliveryFailure } from '../transport/failure.ts'
import type { Convergence, Observation, PushEvents, ResourceOutcome } from './contract.ts'
import { FoundOnNode, fullAddress } from './found-on-node.ts'
import type { ProgramEvent } from './program-events.ts'
import { mediumFailure } from './push-failure.ts'

/** Where in our own program a shell met an error: says nothing to whoever reads it. */
const SHELL_PLACE = /^[\w.-]+\.sh: (?:line )?\d+: /

/** What a node says that is no failure, as an event. */
export function noticed(node: string, said: string): Parameters<PushEvents>[0] {
  const { code, summary } = deliveryCodes.NODE_SAYS({ node, said })
  return { type: 'warning', node, code, text: summary }
}

/** What a program has done so far. */
export class CarriedOut {
  isConfirmed = false
  /** Why the last attempt to confirm a trial over a new connection came to nothing. */
  unconfirmed: string | undefined
  readonly #program: Program
  readonly #onEvent: PushEvents
  readonly #found: FoundOnNode
  readonly #observed: ReadonlyMap<string, ResourceOutcome['action']>
  /** Owned things, as `kind:name`, in whose place something else comes back. */
  readonly #putBack: ReadonlySet<string>
  readonly #outcomes = new Map<string, ResourceOutcome>()
  #rebootDue = false

  constructor(program: Program, observation: Observation, onEvent: PushEvents) {
    this.#program = program
    this.#onEvent = onEvent
    this.#found = new FoundOnNode(program)
    this.#observed = new Map(observation.differing.map(({ id, action }) => [id, action]))
    this.#putBack = new Set(
      observation.orphans.flatMap(({ kind, name, putsBack }) => (putsBack ? [`${kind}:${name}`] : [])),
    )
  }

  /** Takes one event and tells of it. */
  take(event: ProgramEvent): void {
    const { node } = this.#program
    if (event.type === 'hello') this.#onEvent({ type: 'phase-started', node, phase: 'converge' })
    else if (event.type === 'converging') {
      const detail = event.id === undefined ? (event.kind ?? '') : fullAddress(this.#program, event.id)
      this.#onEvent({ type: 'phase-started', node, phase: 'converge', detail })
    } else if (event.type === 'trial') {
      const detail = 'a new connection confirms that the node can still be reached'
      this.#onEvent({ type: 'phase-started', node, phase: 'verify', detail })
    } else if (event.type === 'confirmed') this.isConfirmed = true
    else if (event.type === 'notice') this.#onEvent(noticed(node, event.text))
    else if (event.type === 'finished') {
      this.#rebootDue = event.rebootDue
      if (event.changed > 0) this.#alongWith()
    } else this.#resource(event)
  }

  /** The whole of it, once the program has finished. */
  convergence(): Convergence {
    const outcomes = [...this.#outcomes.values()]
    const number = (outcome: ResourceOutcome['outcome']): number =>
      outcomes.filter((each) => each.outcome === outcome).length
    const ids = [...this.#program.resources.keys()]
    const medium = this.#medium(outcomes)
    const unchanged = ids.filter((id) => !this.#outcomes.has(fullAddress(this.#program, id))).length
    return {
      reached: true,
      node: this.#program.node,
      facts: this.#found.facts,
      outcomes,
      summary: {
        unchanged,
        changed: number('changed'),
        failed: number('failed'),
        skipped: number('skipped'),
      },
      rebootDue: this.#rebootDue,
      ...(medium && { medium }),
    }
  }

  /** What is in the way of all of them is said once, and not as the fault of a resource. */
  #medium(outcomes: readonly ResourceOutcome[]): DeliveryFailure | undefined {
    const { node } = this.#program
    for (const { address, message = '', output = [], outcome } of outcomes) {
      const lines = outcome === 'failed' ? [message, ...output] : []
      const failure = mediumFailure(node, lines, address.slice(node.length + 1))
      if (failure) return { ...failure, output: [] }
    }
    return undefined
  }

  #resource(event: ProgramEvent): void {
    const { node } = this.#program
    if (event.type === 'changed')
      this.#changed(fullAddress(this.#program, event.id), this.#actionOf(event.id))
    else if (event.type === 'removed') {
      const owned = `${event.kind}:${event.name}`
      this.#changed(`${node}/${owned}`, 'remove', this.#putBack.has(owned))
    } else if (event.type === 'failed') this.#failed(event)
    else if (event.type === 'skipped') this.#skipped(event)
    else this.#found.take(event)
  }

  #actionOf(id: string): ResourceOutcome['action'] {
    return this.#found.actionOf(id) ?? this.#observed.get(id) ?? 'update'
  }

  #changed(address: string, action: ResourceOutcome['action'], putsBack = false): void {
    this.#outcomes.set(address, { address, outcome: 'changed', action })
    const { node } = this.#program
    this.#onEvent({ type: 'resource-changed', node, address, action, ...(putsBack && { putsBack }) })
  }

  /** What another step made as wanted, as a package does that enables its service: planned as a change, so told as one. */
  #alongWith(): void {
    for (const [id, action] of this.#observed) {
      const address = fullAddress(this.#program, id)
      if (!this.#outcomes.has(address)) this.#changed(address, action)
    }
  }

  /** What was changed may fail later: undone by a trial, or different again when it was looked at once more. */
  #failed({ what, message: given, output }: Extract<ProgramEvent, { type: 'failed' }>): void {
    const isResource = this.#program.resources.has(what)
    const address = fullAddress(this.#program, what)
    const action = isResource ? this.#actionOf(what) : 'remove'
    const said = given === '' ? (output.at(-1) ?? 'a command failed without a word') : given
    const why = said.startsWith('undone: ') && this.unconfirmed !== undefined ? `: ${this.unconfirmed}` : ''
    const message = said.replace(SHELL_PLACE, '') + why
    this.#outcomes.set(address, { address, outcome: 'failed', action, message, output })
    this.#onEvent({ type: 'resource-failed', node: this.#program.node, address, message, output })
  }

  #skipped({ id, need }: Extract<ProgramEvent, { type: 'skipped' }>): void {
    const address = fullAddress(this.#program, id)
    const message = `it needs ${fullAddress(this.#program, need)}`
    this.#outcomes.set(address, { address, outcome: 'skipped', action: this.#actionOf(id), message })
    this.#onEvent({ type: 'resource-skipped', node: this.#program.node, address, message })
  }
}
