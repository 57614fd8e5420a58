/** A cluster on paper for the tests of rollouts: nodes, groups and engines that answer as they are told. */
import type { NodeLink, RaftGroup } from '../../src/engines/contract.ts'
import type { EventBody } from '../../src/events/event.ts'
import { noLink } from '../engines/ports-only.ts'
import { rollOut } from '../../src/rollout/rollout.ts'
import type {
  Delivery,
  LeaseWish,
  MemberLease,
  Observation,
  PendingChange,
  Rollout,
} from '../../src/rollout/work.ts'

export const link: NodeLink = noLink
export const update: PendingChange = { address: 'service:consul.service', action: 'update' }
export const create: PendingChange = { address: 'service:consul.service', action: 'create' }

/** A cluster on paper: what each node's look brings, which nodes fail, and in which order they were changed. */
export class Paper {
  readonly events: EventBody[] = []
  readonly converged: string[] = []
  readonly released: string[] = []
  /** The leases of groups, as the members keep them. */
  readonly leases = new Map<string, string>()
  readonly #pending: Readonly<Record<string, readonly PendingChange[] | undefined>>
  readonly #failing: ReadonlySet<string>

  constructor(
    pending: Readonly<Record<string, readonly PendingChange[] | undefined>>,
    failing: readonly string[] = [],
  ) {
    this.#pending = pending
    this.#failing = new Set(failing)
  }

  async run(more: Partial<Rollout> = {}): Promise<string> {
    return rollOut({
      mode: 'apply',
      nodes: Object.keys(this.#pending).map((name) => ({ name, roles: ['agent'] })),
      groups: [],
      gates: [],
      stores: [],
      probes: [],
      lockPatienceSeconds: 0.1,
      engineSeconds: 0.1,
      concurrency: 10,
      emit: (event) => this.events.push(event),
      delivery: this.delivery(),
      ...more,
    })
  }

  delivery(): Delivery {
    return {
      link,
      observe: (node) => Promise.resolve(this.#seen(node)),
      converge: (node) => {
        this.converged.push(node)
        const failed = this.#failing.has(node) ? 1 : 0
        return Promise.resolve({
          node,
          summary: { unchanged: 0, changed: 1 - failed, failed, skipped: 0 },
          reboot: false,
        })
      },
      reboot: () => Promise.resolve(),
      release: (node) => {
        this.released.push(node)
        return Promise.resolve()
      },
      letGo: () => Promise.resolve(),
      leaseGroup: (member, wish) => Promise.resolve(this.#lease(member, wish)),
    }
  }

  #lease(member: string, { wish }: LeaseWish): MemberLease {
    const holder = this.leases.get(member) ?? 'us'
    if (wish === 'give' && holder === 'us') this.leases.delete(member)
    if (wish === 'give') return { kind: 'granted' }
    if (holder !== 'us') return { kind: 'held', run: holder, by: `${holder}@desk`, sinceSeconds: 3 }
    this.leases.set(member, 'us')
    return { kind: 'granted' }
  }

  #seen(node: string): Observation {
    const pending = this.#pending[node]
    if (!pending) return { node, reached: false, message: 'it does not answer', fix: 'look at its cable' }
    return { node, reached: true, size: 3, pending, isManaged: true }
  }

  outcomes(): Record<string, string> {
    return Object.fromEntries(
      this.events.flatMap((event) => (event.type === 'node-finished' ? [[event.node, event.outcome]] : [])),
    )
  }
}

/** A formed group of which all vote and are well, but for those that are named: they listen and follow nobody. */
export function group(
  wanted: readonly string[],
  leader: string,
  sick: () => readonly string[] = () => [],
  voters: readonly string[] = wanted,
): RaftGroup {
  const peers = () =>
    voters.map((name) => ({ name, node: name, voter: true, healthy: !sick().includes(name) }))
  return {
    name: 'consul servers',
    wanted,
    joins: 'by-itself',
    patienceSeconds: 0.1,
    interruptedBy: (address) => address === 'service:consul.service',
    proven: () => Promise.resolve({ passed: true, detail: 'it is back' }),
    leave: () => Promise.resolve(),
    ask: (_, node) => {
      const answers = voters.includes(node) && !sick().includes(node)
      const said = { node, answers, listens: answers, problem: answers ? '' : 'connection refused' }
      return Promise.resolve(answers ? { ...said, leader, peers: peers() } : { ...said, peers: [] })
    },
  }
}
