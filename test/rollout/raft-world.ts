/**
 * A consensus group on paper that behaves as one does: votes are given to who joins and is well, a leader is elected among a majority,
 * members that are changed are away for a while. Time passes when somebody waits. It notes whatever takes away a majority by our doing.
 */
import type { MemberAnswer, Peer, RaftGroup } from '../../src/engines/contract.ts'
import type { EventBody, RunOutcome } from '../../src/events/event.ts'
import { rollOut } from '../../src/rollout/rollout.ts'
import type { Delivery, Observation, PendingChange, Rollout } from '../../src/rollout/work.ts'
import { link } from './paper.ts'

const UNIT = 'service:consul.service'
/** Seconds until an agent listens after it was started, until a majority agrees on a leader, and until who joined gets its vote. */
const START_SECONDS = 3
const ELECTION_SECONDS = 5
const PROMOTION_SECONDS = 10

/** A node, with the member on it. */
interface WorldNode {
  /** Its program, as it was last converged: a server that runs with the wanted settings, an older one, or none. */
  server: 'current' | 'old' | 'none'
  /** What the engine calls it. */
  memberName: string
  /** Second at which its agent listens; undefined while it is stopped. */
  upAt: number | undefined
  reachable: boolean
  /** It asks for a restart with its next change. */
  reboots: boolean
  /** Its next change fails, and leaves the agent stopped. */
  fails: boolean
}

/** What happens to the group from outside, when so many members have come back from their turn. */
export interface Blow {
  readonly after: number
  readonly node: string
  readonly what: 'dies' | 'starts' | 'leads'
}

/** The world before a run. */
export interface WorldPlan {
  readonly nodes: readonly string[]
  readonly voters: readonly string[]
  readonly wanted: readonly string[]
  readonly stopped?: readonly string[]
  readonly unreachable?: readonly string[]
  readonly reboots?: readonly string[]
  readonly fails?: readonly string[]
  /** Members that the engine knows by another name than their node has now. */
  readonly renamed?: readonly string[]
  readonly blows?: readonly Blow[]
}

/** The world. */
export class RaftWorld {
  /** Nodes whose boards are not fit for a step that others notice, and why. */
  readonly unfit = new Map<string, string>()
  readonly violations: string[] = []
  readonly #nodes: ReadonlyMap<string, WorldNode>
  /** Names of members. */
  readonly #voters: Set<string>
  readonly #joined = new Map<string, number>()
  readonly wanted: readonly string[]
  #leader: string | undefined
  #electedAt: number | undefined
  #milliseconds = 0
  #returns = 0
  #blows: readonly Blow[]
  events: EventBody[] = []

  constructor(plan: WorldPlan) {
    const has = (list: readonly string[] | undefined, node: string): boolean => list?.includes(node) === true
    this.wanted = plan.wanted
    this.#blows = plan.blows ?? []
    this.#nodes = new Map(
      plan.nodes.map((node) => {
        const isServer = plan.voters.includes(node)
        return [
          node,
          {
            server: isServer ? 'old' : 'none',
            memberName: has(plan.renamed, node) ? `${node}-before` : node,
            upAt: isServer && !has(plan.stopped, node) ? 0 : undefined,
            reachable: !has(plan.unreachable, node),
            reboots: has(plan.reboots, node),
            fails: has(plan.fails, node),
          },
        ]
      }),
    )
    this.#voters = new Set(plan.voters.map((node) => this.#node(node).memberName))
    this.#elect(0)
  }

  /** Names of the nodes whose members vote. */
  get voters(): readonly string[] {
    return [...this.#voters].map((name) => this.#nodeOf(name) ?? name).sort()
  }

  get leader(): string | undefined {
    return this.#leader
  }

  /** All that was broken is mended: every node can be reached, every agent was started, and nothing fails any more. */
  heal(): void {
    this.#blows = []
    for (const [name, node] of this.#nodes) {
      Object.assign(node, { reachable: true, fails: false })
      if (node.server !== 'none' && node.upAt === undefined) this.#start(name)
    }
  }

  /** Lets seconds pass. */
  pass(seconds: number): void {
    for (let passed = 0; passed < seconds; passed += 1) {
      this.#milliseconds += 1000
      this.#settle()
    }
  }

  async run(more: Partial<Rollout> = {}): Promise<RunOutcome> {
    this.events = []
    return rollOut({
      mode: 'apply',
      nodes: [...this.#nodes.keys()].map((name) => ({ name, roles: ['server'] })),
      groups: [this.#group()],
      gates: [],
      stores: [],
      probes: [],
      concurrency: 10,
      emit: (event) => this.events.push(event),
      delivery: this.#delivery(),
      clock: {
        now: () => this.#milliseconds,
        pause: (milliseconds) => {
          this.pass(Math.max(1, Math.round(milliseconds / 1000)))
          return Promise.resolve()
        },
      },
      ...more,
    })
  }

  #group(): RaftGroup {
    return {
      name: 'consul',
      wanted: this.wanted,
      joins: 'by-itself',
      patienceSeconds: 180,
      interruptedBy: (address) => address === UNIT,
      ask: (_, node) => Promise.resolve(this.#answer(node)),
      proven: (_, node) => {
        const { memberName } = this.#node(node)
        const passed =
          memberName === node && this.#leader !== undefined && this.#voters.has(node) && this.#isUp(node)
        if (passed) this.#strike()
        return Promise.resolve({ passed, detail: passed ? 'it is back' : `${node} is not back` })
      },
      leave: (_, node, how) => {
        const { memberName } = this.#node(node)
        if (this.#leader === undefined) return Promise.reject(new Error('no leader'))
        const before = this.#count()
        this.#voters.delete(memberName)
        this.#judge(`${node} left`, before)
        // As with Consul: who lives is taken in once more, unless it stops soon.
        if (how === 'for-good') this.#joined.set(memberName, this.#now + 60)
        if (this.#leader === memberName) this.#elect(this.#now)
        return Promise.resolve()
      },
    }
  }

  #delivery(): Delivery {
    return {
      link,
      observe: (node) => Promise.resolve(this.#observe(node)),
      converge: (node) => {
        const own = this.#node(node)
        const summary = { unchanged: 0, changed: 1, failed: 0, skipped: 0 }
        const isWanted = this.wanted.includes(node)
        this.#stop(node, `${node} was changed`)
        if (own.fails) return Promise.resolve({ node, summary: { ...summary, failed: 1 }, reboot: false })
        own.server = isWanted ? 'current' : 'none'
        // A vote belongs to the member, whatever it is called.
        if (this.#voters.delete(own.memberName)) this.#voters.add(node)
        own.memberName = node
        if (isWanted) this.#start(node)
        const reboot = own.reboots
        own.reboots = false
        return Promise.resolve({ node, summary, reboot })
      },
      reboot: (node) => {
        this.#stop(node, `${node} was started anew`)
        if (this.#node(node).server !== 'none') this.#start(node)
        return Promise.resolve()
      },
      release: () => Promise.resolve(),
      letGo: () => Promise.resolve(),
      leaseGroup: (member) => {
        const { reachable } = this.#node(member)
        return Promise.resolve(
          reachable ? { kind: 'granted' } : { kind: 'unreached', problem: `${member} is away` },
        )
      },
    }
  }

  #observe(node: string): Observation {
    const { reachable, server, upAt, memberName, reboots } = this.#node(node)
    if (!reachable) return { node, reached: false, message: 'it does not answer' }
    const isWanted = this.wanted.includes(node)
    const change = (action: PendingChange['action']): PendingChange => ({ address: UNIT, action })
    const pending = isWanted
      ? server === 'none'
        ? [change('create')]
        : server === 'old' || upAt === undefined || memberName !== node || reboots
          ? [change('update')]
          : []
      : server === 'none'
        ? []
        : [change('remove')]
    return { node, reached: true, size: 3, pending, isManaged: true, unfit: this.unfit.get(node) }
  }

  #answer(node: string): MemberAnswer {
    const own = this.#node(node)
    // Over SSH: who cannot be reached cannot be asked.
    const answers = own.reachable && this.#isUp(own.memberName)
    const said = { node, answers, listens: answers, problem: answers ? '' : 'connection refused' }
    if (!answers) return { ...said, peers: [] }
    const peers = [...this.#voters].map((name): Peer => {
      const of = this.#nodeOf(name)
      return { name, ...(of === name && { node: of }), voter: true, healthy: this.#isUp(name) }
    })
    const isMember = this.#voters.has(own.memberName)
    return {
      ...said,
      name: own.memberName,
      peers,
      ...(isMember && this.#leader !== undefined && { leader: this.#leader }),
    }
  }

  #strike(): void {
    this.#returns += 1
    for (const { after, node, what } of this.#blows) {
      if (after !== this.#returns) continue
      const own = this.#node(node)
      if (what === 'dies') own.upAt = undefined
      if (what === 'starts' && own.server !== 'none') own.upAt ??= this.#now + START_SECONDS
      if (what === 'leads' && this.#voters.has(own.memberName) && this.#isUp(own.memberName))
        this.#leader = own.memberName
    }
    this.#settle()
  }

  get #now(): number {
    return Math.floor(this.#milliseconds / 1000)
  }

  #node(name: string): WorldNode {
    const node = this.#nodes.get(name)
    if (node === undefined) throw new Error(`there is no ${name}`)
    return node
  }

  #nodeOf(member: string): string | undefined {
    return [...this.#nodes].find(([, { memberName }]) => memberName === member)?.[0]
  }

  #isUp(member: string): boolean {
    const node = this.#nodeOf(member)
    const upAt = node === undefined ? undefined : this.#node(node).upAt
    return upAt !== undefined && upAt <= this.#now
  }

  #start(node: string): void {
    const own = this.#node(node)
    own.upAt = this.#now + START_SECONDS
    if (!this.#voters.has(own.memberName)) this.#joined.set(own.memberName, own.upAt + PROMOTION_SECONDS)
  }

  #stop(node: string, why: string): void {
    const before = this.#count()
    const own = this.#node(node)
    this.#joined.delete(own.memberName)
    own.upAt = undefined
    this.#judge(why, before)
    this.#settle()
  }

  #count(): { readonly up: number; readonly needed: number } {
    const up = [...this.#voters].filter((name) => this.#isUp(name)).length
    return { up, needed: Math.floor(this.#voters.size / 2) + 1 }
  }

  /** Nothing that we do may take away a majority that was there. */
  #judge(why: string, before: { readonly up: number; readonly needed: number }): void {
    const after = this.#count()
    const isOnly = this.#voters.size === 1
    if (before.up >= before.needed && after.up < after.needed && !isOnly)
      this.violations.push(`${why}: ${after.up} of ${this.#voters.size} voters are left`)
  }

  #elect(now: number): void {
    this.#leader = undefined
    const { up, needed } = this.#count()
    this.#electedAt = up >= needed ? now + (this.#milliseconds === 0 ? 0 : ELECTION_SECONDS) : undefined
    if (this.#electedAt === now) this.#leader = [...this.#voters].find((name) => this.#isUp(name))
  }

  /** What follows from what is. */
  #settle(): void {
    const { up, needed } = this.#count()
    const leads = this.#leader !== undefined && this.#voters.has(this.#leader) && this.#isUp(this.#leader)
    if (up < needed) {
      this.#leader = undefined
      this.#electedAt = undefined
    } else if (!leads) {
      this.#leader = undefined
      this.#electedAt ??= this.#now + ELECTION_SECONDS
      if (this.#electedAt <= this.#now) {
        this.#leader = [...this.#voters].find((name) => this.#isUp(name))
        this.#electedAt = undefined
      }
    }
    if (this.#leader === undefined) return
    for (const [name, at] of this.#joined) {
      if (at > this.#now || !this.#isUp(name)) continue
      this.#voters.add(name)
      this.#joined.delete(name)
    }
  }
}
