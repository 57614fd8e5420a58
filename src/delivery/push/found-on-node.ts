/** Collects the events of a check into an observation. */
import type { Program } from '../../compile/compile.ts'
import type { Difference } from '../../events/event.ts'
import { addressOf } from '../../resources/kind.ts'
import type { NodeDifference, Observation, Obstacle, Orphan } from './contract.ts'
import type { ProgramEvent } from './program-events.ts'

interface Row {
  action: NodeDifference['action']
  readonly differences: Difference[]
  text?: string
}

/** More facts than any program has. */
const FACTS = 200

/** The full address of a resource of the program. */
export function fullAddress(program: Program, id: string): string {
  const item = program.resources.get(id)
  return `${program.node}/${item ? addressOf(item.resource) : id}`
}

/** What the check of one program has found so far. */
export class FoundOnNode {
  onFinished: () => void = () => undefined
  readonly #program: Program
  readonly #facts = new Map<string, string>()
  readonly #rows = new Map<string, Row>()
  readonly #orphans: Orphan[] = []
  readonly #obstacles: Obstacle[] = []
  readonly #notices: string[] = []
  readonly #startedAt = Date.now()
  #finished = false

  constructor(program: Program) {
    this.#program = program
  }

  get isFinished(): boolean {
    return this.#finished
  }

  get facts(): Readonly<Record<string, string>> {
    return Object.fromEntries(this.#facts)
  }

  /** Takes one event; gives back its type. */
  take(event: ProgramEvent): ProgramEvent['type'] {
    if (event.type === 'fact' && this.#facts.size < FACTS) this.#facts.set(event.key, event.value)
    if (event.type === 'differs') this.#differs(event)
    if (event.type === 'content' && event.text !== undefined && !this.#isSecret(event.id)) {
      this.#row(event.id).text = event.text
    }
    // One is enough to end the run; a node has a few engines at most.
    if (event.type === 'obstacle' && this.#obstacles.length < 20) {
      this.#obstacles.push({ what: event.what, wayOut: event.wayOut })
    }
    if (event.type === 'notice' && this.#notices.length < 20) this.#notices.push(event.text)
    if (event.type === 'orphan') {
      const { kind, name, putsBack, what } = event
      const back = { ...(putsBack && { putsBack }), ...(what !== undefined && { what }) }
      this.#orphans.push({ kind, name, ...back })
    }
    if (event.type === 'finished') {
      this.#finished = true
      this.onFinished()
    }
    return event.type
  }

  /** What is to be done with a resource, as far as it was said. */
  actionOf(id: string): NodeDifference['action'] | undefined {
    return this.#rows.get(id)?.action
  }

  observation(keepsProgram: boolean): Observation {
    const kinds = new Set(this.#program.kinds)
    const differs = this.#rows.size > 0 || this.#orphans.length > 0
    const clockSeconds = this.#clockSeconds()
    return {
      reached: true,
      node: this.#program.node,
      facts: this.facts,
      differing: [...this.#rows].map(([id, row]) => this.#difference(id, row)),
      orphans: this.#orphans,
      obstacles: this.#obstacles,
      notices: this.#notices,
      missingKinds: [...new Set(this.#orphans.map(({ kind }) => kind))]
        .filter((kind) => !kinds.has(kind))
        .sort(),
      ...(keepsProgram && differs && { keptProgram: this.#program.sha256 }),
      ...(clockSeconds !== undefined && { clockSeconds }),
    }
  }

  #difference(id: string, { action, differences, text }: Row): NodeDifference {
    const address = fullAddress(this.#program, id)
    return { id, address, action, differences, ...(text !== undefined && { currentText: text }) }
  }

  #row(id: string): Row {
    const row = this.#rows.get(id) ?? { action: 'update', differences: [] }
    this.#rows.set(id, row)
    return row
  }

  #differs(event: Extract<ProgramEvent, { type: 'differs' }>): void {
    const row = this.#row(event.id)
    if (event.action !== 'update') {
      row.action = event.action
      return
    }
    const secret = event.field === 'content' && this.#isSecret(event.id)
    const shown = event.is !== undefined && event.wanted !== undefined && !secret
    row.differences.push({
      field: event.field,
      ...(shown && { is: event.is, wanted: event.wanted }),
    })
  }

  /** The node should not have sent it; whether it did is not left to the node. */
  #isSecret(id: string): boolean {
    return this.#program.resources.get(id)?.resource.contents.some(({ sensitive }) => sensitive) ?? false
  }

  /** The check took a while and its facts come at its beginning: any moment since then would be right. */
  #clockSeconds(): number | undefined {
    const clock = Number(this.#facts.get('clock') ?? Number.NaN)
    if (!Number.isFinite(clock)) return undefined
    if (clock < this.#startedAt / 1000) return Math.round(clock - this.#startedAt / 1000)
    return Math.max(0, Math.round(clock - Date.now() / 1000))
  }
}
