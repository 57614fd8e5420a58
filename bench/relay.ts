/** A relay in front of an SSH server: adds a round trip's time, and counts what passes. */
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'

/** What has passed a relay so far. */
export interface Passed {
  connections: number
  bytesUp: number
  bytesDown: number
  /** How often the client spoke after the server had: what takes at least so many round trips. */
  turns: number
}

/** Where a relay leads and how. */
export interface RelayOptions {
  readonly listen: { readonly address: string; readonly port: number }
  readonly to: { readonly address: string; readonly port: number }
  /** Added to every round trip, half of it in each direction. */
  readonly roundTripMilliseconds: number
}

/** A TCP relay. */
export class Relay {
  readonly #options: RelayOptions
  readonly #server: Server
  readonly #open = new Set<Socket>()
  readonly #passed: Passed = { connections: 0, bytesUp: 0, bytesDown: 0, turns: 0 }

  private constructor(options: RelayOptions) {
    this.#options = options
    this.#server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) =>
      this.#accept(client),
    )
  }

  /** Listens. Rejects when the port is taken. */
  static async open(options: RelayOptions): Promise<Relay> {
    const relay = new Relay(options)
    const { address, port } = options.listen
    await new Promise<void>((resolve, reject) => {
      relay.#server.once('error', reject)
      relay.#server.listen({ host: address, port, backlog: 1000 }, resolve)
    })
    return relay
  }

  /** The port that it listens on; of use when it was asked for any. */
  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get passed(): Readonly<Passed> {
    return { ...this.#passed }
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  /**
   * The client believes that it is connected at once. In a real network its first bytes leave after one round trip,
   * and the server takes the connection half a round trip later.
   */
  #accept(client: Socket): void {
    const { to, roundTripMilliseconds } = this.#options
    this.#passed.connections++
    this.#keep(client)
    const begin = (): void => {
      const server = connect({ host: to.address, port: to.port, allowHalfOpen: true, noDelay: true })
      this.#keep(server)
      let spoke: 'up' | 'down' = 'down'
      this.#pass(client, server, (bytes) => {
        this.#passed.bytesUp += bytes
        if (spoke === 'down') this.#passed.turns++
        spoke = 'up'
      })
      this.#pass(server, client, (bytes) => {
        this.#passed.bytesDown += bytes
        spoke = 'down'
      })
    }
    if (roundTripMilliseconds === 0) begin()
    else setTimeout(begin, roundTripMilliseconds)
  }

  #pass(from: Socket, to: Socket, count: (bytes: number) => void): void {
    const delay = this.#options.roundTripMilliseconds / 2
    // Timers of one length fire in the order in which they were set.
    const later = (work: () => void): void => {
      if (delay === 0) work()
      else setTimeout(work, delay)
    }
    from.on('data', (chunk: Buffer) => {
      count(chunk.length)
      later(() => {
        if (to.writable) to.write(chunk)
      })
    })
    from.on('end', () => later(() => to.end()))
    from.on('error', () => later(() => to.destroy()))
    from.resume()
  }

  #keep(socket: Socket): void {
    this.#open.add(socket)
    socket.on('error', () => undefined)
    socket.on('close', () => this.#open.delete(socket))
  }
}

/** What passed between two looks, added up over relays. */
export function passedSince(relays: readonly Relay[], before: readonly Readonly<Passed>[]): Passed {
  const sum: Passed = { connections: 0, bytesUp: 0, bytesDown: 0, turns: 0 }
  for (const [index, relay] of relays.entries()) {
    const now = relay.passed
    const then = before[index] ?? { connections: 0, bytesUp: 0, bytesDown: 0, turns: 0 }
    for (const key of Object.keys(sum) as (keyof Passed)[]) sum[key] += now[key] - then[key]
  }
  return sum
}
