/** Endpoints that nobody wants among his nodes: dead, hung, very slow. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { Relay } from '../relay.ts'
import { freePort } from './endpoints.ts'

/** How many milliseconds a round trip to the slow one takes. */
export const SLOW_MILLISECONDS = 2000

/** One of each. */
export class BadEndpoints {
  readonly #hung: Server
  readonly #held = new Set<Socket>()
  readonly #slow: Relay
  readonly #deadPort: number

  private constructor(hung: Server, slow: Relay, deadPort: number) {
    this.#hung = hung
    this.#slow = slow
    this.#deadPort = deadPort
    hung.on('connection', (socket) => {
      this.#held.add(socket)
      socket.on('error', () => undefined)
    })
  }

  /** Opens them; the slow one leads to a good endpoint. */
  static async open(to: { readonly address: string; readonly port: number }): Promise<BadEndpoints> {
    const hung = createServer({ pauseOnConnect: true }).listen(0, '127.79.0.2')
    await new Promise((resolve) => hung.once('listening', resolve))
    const listen = { address: '127.79.0.3', port: 0 }
    const slow = await Relay.open({ listen, to, roundTripMilliseconds: SLOW_MILLISECONDS })
    return new BadEndpoints(hung, slow, await freePort())
  }

  /** By name, as a cluster file has them. */
  get nodes(): Readonly<Record<string, { readonly address: string; readonly port: number }>> {
    return {
      dead: { address: '127.79.0.1', port: this.#deadPort },
      hung: { address: '127.79.0.2', port: (this.#hung.address() as AddressInfo).port },
      slow: { address: '127.79.0.3', port: this.#slow.port },
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#held) socket.destroy()
    await new Promise((resolve) => this.#hung.close(resolve))
    await this.#slow.close()
  }
}
