/** Byte streams to ports, sockets and programs of a node, over a connection that is open anyway where there is one. */
import type { Carrier, Control, LinkProcess, Started } from './carrier.ts'
import type { Duplex } from 'node:stream'
import type { LinkTarget, ProgramEnd } from '../../engines/contract.ts'
import { closeForwards, openForwarded } from './forwarded-link.ts'
import { openPort } from './port-link.ts'
import {
  openProgram,
  runProgram,
  streamOf,
  type ProgramStart,
  type RunningProgram,
  type WayToRoot,
} from './program-link.ts'
import { rootShell } from './root-shell.generated.ts'
import { RootShell } from './root-shell.ts'
import { RootShells } from './root-shells.ts'
import type { Session } from './session.ts'
import { Slots } from './slots.ts'

/** What links need of the transport. */
export interface LinkWays {
  /** Opens a connection that stays until its standard input ends; it echoes what it gets. */
  openCarrier(node: string): Promise<Started>
  readonly configFile: string
  connectSeconds(node: string): number
  /** How its user becomes root. Rejects when the password is not given. */
  wayToRoot(node: string): Promise<WayToRoot>
}

const IDLE_MILLISECONDS = 10_000

/** sshd grants ten sessions to a connection unless told otherwise (sshd_config(5), MaxSessions); a run has some of its own, shells and streams to programs others. */
const PROGRAMS_AT_ONCE = 2

/** The links of one transport. */
export class Links {
  readonly #ways: LinkWays
  readonly #carriers = new Map<string, Carrier>()
  readonly #opening = new Map<string, Promise<Carrier>>()
  readonly #children = new Set<LinkProcess>()
  readonly #kept = new Set<Carrier>()
  readonly #slots = new Slots(PROGRAMS_AT_ONCE)
  readonly #shells: RootShells

  constructor(ways: LinkWays) {
    this.#ways = ways
    this.#shells = new RootShells(
      async (node, program) => new RootShell(await this.#start({ node, argv: [program], shell: rootShell })),
    )
  }

  /** From now on, and until its end, links to this node ride on this session. */
  carriedBy(node: string, session: Session, control: Control, own = false): Carrier {
    const { configFile } = this.#ways
    // Without a master at the socket ssh would connect by itself; the proxy command forbids that.
    const words = ['-F', configFile, '-o', `ControlPath=${control.path}`, '-o', 'ProxyCommand=false']
    const carrier: Carrier = { ...control, session, words, forwards: new Map(), own, users: 0 }
    this.#carriers.set(node, carrier)
    if (control.isKept) this.#kept.add(carrier)
    void session.ended.then(() => {
      clearTimeout(carrier.idle)
      if (this.#carriers.get(node) === carrier) this.#carriers.delete(node)
    })
    return carrier
  }

  /** The same for one that is still being opened: whoever wants a link meanwhile waits for it, and opens none of their own. */
  willBeCarriedBy(node: string, starting: Promise<Started>): void {
    const coming = starting.then(async ({ session, control }) => {
      const carrier = this.carriedBy(node, session, control)
      await session.answered
      return carrier
    })
    this.#opening.set(node, coming)
    const isOver = (): void => {
      if (this.#opening.get(node) === coming) this.#opening.delete(node)
    }
    coming.then(isOver, isOver)
  }

  /** See `NodeLink.connect`. */
  connect(node: string, to: LinkTarget, how?: 'taken'): Promise<Duplex> {
    return this.#riding(node, (carrier) => this.#open(node, to, carrier, how))
  }

  /** See `NodeLink.run`. */
  async run(node: string, argv: readonly string[], input: Uint8Array): Promise<ProgramEnd> {
    if (input.length === 0) return this.#shells.run(node, argv)
    const leave = await this.#slots.take(node)
    try {
      return await runProgram(await this.#start({ node, argv }), input)
    } finally {
      leave()
    }
  }

  async #start(what: Pick<ProgramStart, 'node' | 'argv' | 'shell'>): Promise<RunningProgram> {
    const { node } = what
    const root = await this.#ways.wayToRoot(node)
    const seconds = this.#ways.connectSeconds(node)
    return this.#riding(node, (carrier) =>
      openProgram({ ...what, root, words: carrier.words, seconds }, (child) => this.#uses(carrier, child)),
    )
  }

  /** A carrier that ends under our hands is replaced once. */
  async #riding<Value>(node: string, ride: (carrier: Carrier) => Promise<Value>): Promise<Value> {
    const carrier = await this.#carrier(node)
    try {
      return await ride(carrier)
    } catch (error) {
      if (this.#carriers.get(node) === carrier) throw error
      return ride(await this.#carrier(node))
    }
  }

  async close(): Promise<void> {
    this.#shells.close()
    const ends = [...this.#children].map((child) => child.kill('SIGTERM'))
    for (const carrier of this.#carriers.values()) clearTimeout(carrier.idle)
    await Promise.all([...ends, ...[...this.#kept].map(closeForwards)])
  }

  #carrier(node: string): Promise<Carrier> {
    const known = this.#carriers.get(node)
    if (known && !known.own) return known.session.answered.then(() => known)
    const opening = this.#opening.get(node)
    if (opening) return opening
    if (known) return Promise.resolve(known)
    const fresh = this.#openCarrier(node).finally(() => this.#opening.delete(node))
    this.#opening.set(node, fresh)
    return fresh
  }

  async #openCarrier(node: string): Promise<Carrier> {
    const { session, control } = await this.#ways.openCarrier(node)
    const carrier = this.carriedBy(node, session, control, true)
    session.stdout.resume()
    // The socket is there before the remote command starts, so the echo of one byte tells that it can be used.
    session.stdin.write('\n')
    const seconds = this.#ways.connectSeconds(node)
    const timer = setTimeout(() => session.stop(), seconds * 2000)
    const answered = await session.answered
    clearTimeout(timer)
    if (!answered) {
      const { stderr } = await session.ended
      throw new Error(`${node} cannot be reached: ${stderr.at(-1) ?? `no answer within ${seconds * 2} s`}`)
    }
    return carrier
  }

  async #open(node: string, to: LinkTarget, carrier: Carrier, how?: 'taken'): Promise<Duplex> {
    const uses = (child: LinkProcess): (() => void) => this.#uses(carrier, child)
    if (typeof to === 'number' && how === 'taken') return openPort(node, to, carrier, uses)
    if (typeof to === 'number' || 'socket' in to) return openForwarded(node, to, carrier, uses)
    const root = await this.#ways.wayToRoot(node)
    const seconds = this.#ways.connectSeconds(node)
    return streamOf(await openProgram({ node, argv: to.program, root, words: carrier.words, seconds }, uses))
  }

  /** Counts a link of this carrier, until the function that it gives is called. */
  #uses(carrier: Carrier, child: LinkProcess): () => void {
    this.#children.add(child)
    carrier.users++
    clearTimeout(carrier.idle)
    return () => {
      if (this.#children.delete(child)) this.#leave(carrier)
    }
  }

  #leave(carrier: Carrier): void {
    carrier.users--
    if (!carrier.own || carrier.users > 0) return
    carrier.idle = setTimeout(() => carrier.session.stop(), IDLE_MILLISECONDS)
  }
}
