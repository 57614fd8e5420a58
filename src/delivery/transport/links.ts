/** Byte streams to ports of a node's loopback, over a connection that is open anyway where there is one. */
import { spawn } from 'node:child_process'
import type { ChildProcessByStdio } from 'node:child_process'
import { Duplex } from 'node:stream'
import type { Readable, Writable } from 'node:stream'
import { heard } from '../../support/heard.ts'
import { visibleLine } from '../visible.ts'
import { linkRefusal } from './failure.ts'
import type { Session } from './session.ts'

/** What links need of the transport. */
export interface LinkWays {
  /** Opens a connection that stays until its standard input ends; it echoes what it gets. */
  openCarrier(node: string): Promise<Session>
  readonly configFile: string
  socketOf(node: string): string
  connectSeconds(node: string): number
}

/** A connection that carries links. */
interface Carrier {
  readonly session: Session
  /** Ours alone: ended when no link used it for a while. */
  readonly own: boolean
  users: number
  idle?: NodeJS.Timeout
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>

const IDLE_MILLISECONDS = 10_000
const STDERR_BYTES = 16_384
/** What `ssh -v` says once the node has accepted the forwarding (mux.c, mux_client_request_stdio_fwd). */
const OPENED = 'mux_client_request_stdio_fwd: master session id'

/** The links of one transport. */
export class Links {
  readonly #ways: LinkWays
  readonly #carriers = new Map<string, Carrier>()
  readonly #opening = new Map<string, Promise<Carrier>>()
  readonly #children = new Set<Child>()

  constructor(ways: LinkWays) {
    this.#ways = ways
  }

  /** From now on, and until its end, links to this node ride on this session. */
  carriedBy(node: string, session: Session, own = false): Carrier {
    const carrier: Carrier = { session, own, users: 0 }
    this.#carriers.set(node, carrier)
    void session.ended.then(() => {
      clearTimeout(carrier.idle)
      if (this.#carriers.get(node) === carrier) this.#carriers.delete(node)
    })
    return carrier
  }

  /** See `NodeLink.connect`. A carrier that ends under our hands is replaced once. */
  async connect(node: string, port: number): Promise<Duplex> {
    const carrier = await this.#carrier(node)
    try {
      return await this.#open(node, port, carrier)
    } catch (error) {
      if (this.#carriers.get(node) === carrier) throw error
      return this.#open(node, port, await this.#carrier(node))
    }
  }

  close(): void {
    for (const child of this.#children) child.kill('SIGTERM')
    for (const carrier of this.#carriers.values()) clearTimeout(carrier.idle)
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
    const session = await this.#ways.openCarrier(node)
    const carrier = this.carriedBy(node, session, true)
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

  #open(node: string, port: number, carrier: Carrier): Promise<Duplex> {
    const { configFile, socketOf } = this.#ways
    // Without a master at the socket ssh would connect by itself; the proxy command forbids that.
    const only = ['-o', `ControlPath=${socketOf(node)}`, '-o', 'ProxyCommand=false']
    const words = ['-v', '-F', configFile, ...only, '-W', `127.0.0.1:${port}`, '--', node]
    const child = heard(spawn('ssh', words, { stdio: ['pipe', 'pipe', 'pipe'] }))
    this.#children.add(child)
    carrier.users++
    clearTimeout(carrier.idle)
    child.on('close', () => {
      this.#children.delete(child)
      this.#leave(carrier)
    })
    return accepted(child).then((refusal) => {
      if (refusal === undefined) return duplexOf(child)
      // The reason is told by the connection that carries the link, the link only hears that it was refused.
      const reasons = carrier.session
        .said()
        .map((line) => /open failed: (?:connect failed: )?(.*)$/.exec(line)?.[1])
      throw new Error(
        `port ${port} of ${node} cannot be reached: ${linkRefusal(reasons.findLast(Boolean) ?? refusal)}`,
      )
    })
  }

  #leave(carrier: Carrier): void {
    carrier.users--
    if (!carrier.own || carrier.users > 0) return
    carrier.idle = setTimeout(() => carrier.session.stop(), IDLE_MILLISECONDS)
  }
}

/** Waits until the node has accepted the connection, or gives the sentence that says why it has not. */
function accepted(child: Child): Promise<string | undefined> {
  return new Promise((resolve) => {
    let said = ''
    child.on('error', (error) => resolve(error.message))
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-STDERR_BYTES)
      if (said.includes(OPENED)) resolve(undefined)
    })
    child.on('close', () => {
      const lines = said.split(/\r?\n/).filter((line) => line !== '' && !/^(debug\d:|OpenSSH_)/.test(line))
      resolve(visibleLine(lines.at(-1) ?? 'the connection was closed'))
    })
  })
}

function duplexOf(child: Child): Duplex {
  // Given up by whoever used it, it still fails: with what was not read any more, or could not be written.
  const duplex = heard(Duplex.from({ readable: child.stdout, writable: child.stdin }))
  duplex.on('close', () => child.kill('SIGTERM'))
  return duplex
}
