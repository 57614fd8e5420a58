/** Nodes and engines on paper, some of whose resources stand on values that only a running engine makes. */
import type { ClusterStore } from '../../src/engines/contract.ts'
import type { EventBody } from '../../src/events/event.ts'
import { rollOut } from '../../src/rollout/rollout.ts'
import type { Delivery, Rollout } from '../../src/rollout/work.ts'
import { noLink } from '../engines/ports-only.ts'

/** What a node is to have: the offers that each resource stands on, by its address. */
export type PaperNode = Readonly<Record<string, readonly string[]>>

/** An engine: it answers where `runsAs` is on a member, and then makes its offers. */
export interface PaperEngine {
  readonly members: readonly string[]
  readonly runsAs: string
  readonly makes: readonly string[]
}

/** What can be told apart in the log: `keep NAME`, `look NODE`, `change NODE`, `release NODE`, `ask ENGINE`. */
export class OffersWorld {
  readonly log: string[] = []
  /** Of the last run. */
  events: EventBody[] = []
  /** What is kept on the disk of the controller. */
  readonly kept = new Set<string>()
  /** What is on the nodes. */
  readonly there = new Map<string, Set<string>>()
  /** Called as soon as something is kept. */
  whenKept: (name: string) => void = () => undefined
  /** Why nothing can be kept. */
  fullDisk: string | undefined
  /** Offers that their engines do not make. */
  readonly stubborn = new Set<string>()
  /** Nodes that do not answer. */
  readonly lost = new Set<string>()
  readonly #nodes: Readonly<Record<string, PaperNode>>
  readonly #engines: Readonly<Record<string, PaperEngine>>

  constructor(
    nodes: Readonly<Record<string, PaperNode>>,
    engines: Readonly<Record<string, PaperEngine>> = {},
  ) {
    this.#nodes = nodes
    this.#engines = engines
    for (const node of Object.keys(nodes)) this.there.set(node, new Set())
  }

  async run(more: Partial<Rollout> = {}): Promise<string> {
    this.events = []
    return rollOut({
      mode: 'apply',
      nodes: Object.keys(this.#nodes).map((name) => ({ name, roles: ['agent'] })),
      groups: [],
      gates: [],
      stores: Object.entries(this.#engines).map(([name, engine]) => this.#store(name, engine)),
      probes: [],
      offers: {
        madeBy: (engine) => this.#engines[engine]?.makes ?? [],
        neededBy: (node) => [...new Set(Object.values(this.#nodes[node] ?? {}).flat())],
        isKept: (name) => this.kept.has(name),
        keep: (values) => this.#keep(values),
      },
      engineSeconds: 0.1,
      concurrency: 10,
      emit: (event) => this.events.push(event),
      delivery: this.#delivery(),
      ...more,
    })
  }

  of<Type extends EventBody['type']>(type: Type): Extract<EventBody, { type: Type }>[] {
    return this.events.filter((event): event is Extract<EventBody, { type: Type }> => event.type === type)
  }

  outcomes(): Record<string, string> {
    return Object.fromEntries(this.of('node-finished').map(({ node, outcome }) => [node, outcome]))
  }

  async #keep(values: Readonly<Record<string, string>>): Promise<void> {
    await Promise.resolve()
    if (this.fullDisk !== undefined) throw new Error(this.fullDisk)
    for (const name of Object.keys(values)) {
      this.kept.add(name)
      this.log.push(`keep ${name}`)
      this.whenKept(name)
    }
  }

  /** A service is changed where anything is already, so that others may miss it meanwhile. */
  #actionOn(node: string, address: string): 'create' | 'update' {
    return address.startsWith('service:') && this.there.get(node)?.size !== 0 ? 'update' : 'create'
  }

  #store(name: string, { members, runsAs, makes }: PaperEngine): ClusterStore {
    const answers = (node: string): void => {
      if (this.there.get(node)?.has(runsAs) !== true) throw new Error('connection refused')
    }
    return {
      name,
      members,
      runsAs,
      size: 0,
      whole: () => Promise.resolve([]),
      check: async (_, node) => {
        await Promise.resolve()
        answers(node)
        return { differences: [], unseen: [] }
      },
      converge: async (_, node, __, handover) => {
        answers(node)
        this.log.push(`ask ${name}`)
        for (const offer of makes) {
          if (!handover.missing().includes(offer) || this.stubborn.has(offer)) continue
          await handover.keep({ [offer]: `the value of ${offer}` })
        }
      },
    }
  }

  #delivery(): Delivery {
    return {
      link: noLink,
      observe: (node) => {
        this.log.push(`look ${node}`)
        if (this.lost.has(node))
          return Promise.resolve({ node, reached: false, message: 'it does not answer' })
        const wanted = Object.entries(this.#nodes[node] ?? {})
        const waiting = wanted.filter(([, offers]) => offers.some((offer) => !this.kept.has(offer)))
        const ready = wanted.filter((one) => !waiting.includes(one)).map(([address]) => address)
        const pending = ready
          .filter((address) => this.there.get(node)?.has(address) !== true)
          .map((address) => ({ address, action: this.#actionOn(node, address) }))
        return Promise.resolve({
          node,
          reached: true,
          size: ready.length,
          pending,
          isManaged: true,
          waiting: waiting.map(([address]) => address),
        })
      },
      converge: (node) => {
        this.log.push(`change ${node}`)
        const there = this.there.get(node) ?? new Set()
        const made = Object.entries(this.#nodes[node] ?? {}).filter(
          ([address, offers]) => !there.has(address) && offers.every((offer) => this.kept.has(offer)),
        )
        for (const [address] of made) there.add(address)
        const summary = { unchanged: 0, changed: made.length, failed: 0, skipped: 0 }
        return Promise.resolve({ node, summary, reboot: false })
      },
      reboot: () => Promise.resolve(),
      release: (node) => {
        this.log.push(`release ${node}`)
        return Promise.resolve()
      },
      letGo: () => Promise.resolve(),
      leaseGroup: () => Promise.resolve({ kind: 'granted' }),
    }
  }
}
