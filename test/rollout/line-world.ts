/**
 * Nodes on paper that stand on each other, are reached through each other, and are missed when they are away. It notes whatever goes before its
 * time, and whoever goes with too many others.
 */
import type { EventBody, RunOutcome } from '../../src/events/event.ts'
import { rollOut } from '../../src/rollout/rollout.ts'
import type { Observation, PendingChange, Rollout, RolloutNode } from '../../src/rollout/work.ts'
import { mostAtOnce, type Pace } from '../../src/topology/pace.ts'
import { link } from './paper.ts'

/** A node before a run. */
export interface LineNode extends RolloutNode {
  /** What is to be done on it. */
  readonly change: PendingChange['action'] | 'none'
  /** No run has changed it before. */
  readonly isNew?: boolean
  readonly reboots?: boolean
  readonly fails?: 'change' | 'restart' | 'look'
  /** It takes so many turns of the others until it is through. */
  readonly slow?: number
  /** What its board says against a step that others notice. */
  readonly unfit?: string
}

type Step = 'change' | 'restart'

/** The world. */
export class LineWorld {
  readonly violations: string[] = []
  readonly events: EventBody[] = []
  /** Steps in the order in which they began, and ended. */
  readonly began: Record<Step, string[]> = { change: [], restart: [] }
  readonly ended: Record<Step, string[]> = { change: [], restart: [] }
  /** Told of every step as it begins. */
  onStep: (step: string) => void = () => undefined
  /** The most that were away at once in the last sort of step. */
  most = 0
  /** The one that went alone although others came after it; the last step counts. */
  alone: string | undefined
  readonly #nodes: ReadonlyMap<string, LineNode>
  readonly #away = new Set<string>()
  readonly #log: string[] = []

  constructor(nodes: readonly LineNode[]) {
    this.#nodes = new Map(nodes.map((node) => [node.name, node]))
  }

  get nodes(): readonly LineNode[] {
    return [...this.#nodes.values()]
  }

  run(more: Partial<Rollout> = {}): Promise<RunOutcome> {
    return rollOut({
      mode: 'apply',
      nodes: this.nodes,
      groups: [],
      gates: [],
      stores: [],
      probes: [],
      concurrency: 50,
      emit: (event) => this.events.push(event),
      delivery: {
        link,
        observe: (name) => Promise.resolve(this.#look(name)),
        converge: async (node) => {
          const { fails, reboots = false } = await this.#step('change', node)
          const failed = fails === 'change' ? 1 : 0
          const summary = { unchanged: 0, changed: 1 - failed, failed, skipped: 0 }
          return { node, summary, reboot: reboots && failed === 0 }
        },
        reboot: async (name) => {
          const { fails } = await this.#step('restart', name)
          if (fails === 'restart') throw new Error(`${name} did not come back`)
        },
        release: () => Promise.resolve(),
        letGo: () => Promise.resolve(),
        leaseGroup: () => Promise.resolve({ kind: 'granted' }),
      },
      ...more,
    })
  }

  /** Was the step of one over before that of the other began? Also true where either did not take it. */
  before(step: Step, one: string, other: string): boolean {
    const begin = this.#log.indexOf(`${step} ${other} begins`)
    const end = this.#log.indexOf(`${step} ${one} ends`)
    return begin === -1 || end === -1 || end < begin
  }

  /** How each node ended. */
  outcomes(): Readonly<Record<string, { readonly outcome: string; readonly message?: string | undefined }>> {
    return Object.fromEntries(
      this.events.flatMap((event) =>
        event.type === 'node-finished'
          ? [[event.node, { outcome: event.outcome, message: event.message }] as const]
          : [],
      ),
    )
  }

  #node(name: string): LineNode {
    const node = this.#nodes.get(name)
    if (node === undefined) throw new Error(`there is no ${name}`)
    return node
  }

  #look(name: string): Observation {
    const { change, fails, isNew = false, unfit } = this.#node(name)
    if (fails === 'look') return { node: name, reached: false, message: 'it does not answer' }
    // After a restart nothing is left to do.
    const isDone = change === 'none' || this.ended.restart.includes(name)
    const pending: PendingChange[] = isDone ? [] : [{ address: 'service:x.service', action: change }]
    return { node: name, reached: true, size: 1, pending, isManaged: !isNew, unfit }
  }

  async #step(step: Step, name: string): Promise<LineNode> {
    const node = this.#node(name)
    this.#judge(step, node)
    if (this.began[step].length === 0) [this.most, this.alone] = [0, name]
    if (this.began[step].length === 1 && this.#away.size > 0) this.alone = undefined
    this.began[step].push(name)
    this.#away.add(name)
    this.most = Math.max(this.most, this.#away.size)
    this.#log.push(`${step} ${name} begins`)
    this.onStep(`${step} ${name}`)
    for (let turn = 0; turn < (node.slow ?? 0); turn++) await new Promise((resolve) => setImmediate(resolve))
    this.#away.delete(name)
    this.ended[step].push(name)
    this.#log.push(`${step} ${name} ends`)
    return node
  }

  #judge(step: Step, node: LineNode): void {
    if (this.began[step].includes(node.name)) this.violations.push(`${node.name} went twice`)
    const isMissed = node.isNew !== true && (step === 'restart' || node.change === 'update')
    for (const { of, most } of isMissed ? this.#shares(step, node) : []) {
      const others = this.nodes.filter(
        (other) =>
          this.#away.has(other.name) &&
          other.isNew !== true &&
          (step === 'restart' || other.change === 'update') &&
          this.#shares(step, other).some((share) => share.of === of),
      )
      if (others.length >= most)
        this.violations.push(`${node.name} went (${step}) with ${others.length} others that have ${of}`)
    }
  }

  #shares(step: Step, { roles, paces = roles.map((of) => ({ of })) }: LineNode) {
    const silent: Pace = step === 'change' ? 'together' : 'one at a time'
    return paces.map(({ of, pace = silent }: { readonly of: string; readonly pace?: Pace | undefined }) => ({
      of,
      most: mostAtOnce(pace),
    }))
  }
}
