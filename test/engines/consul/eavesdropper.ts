/** A hostile node: it has its own key and certificate, ends the connections of the controller itself, and reads what it is asked with. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import {
  createSecureServer,
  type Http2SecureServer,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from 'node:http2'
import { connect, type AddressInfo, type Socket } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { HTTP_PORT } from '../../../src/engines/consul/names.ts'
import type { NodeLink } from '../../../src/engines/contract.ts'
import { ask } from './answers.ts'
import type { Method } from './api-endpoints.ts'
import type { RealDatacenter } from './datacenter.ts'

/** Stands in front of the agent of one node and hands everything on to it. */
export class Eavesdropper {
  /** What it was asked, `METHOD path`, by the token that came along. */
  readonly heard = new Map<string, string[]>()
  /** Reaches the node through the eavesdropper, the others as they are. */
  readonly link: NodeLink
  readonly #server: Http2SecureServer
  readonly #sockets = new Set<Socket>()

  static async on(home: RealDatacenter, node: string): Promise<Eavesdropper> {
    const eavesdropper = new Eavesdropper(home, node)
    eavesdropper.#server.listen(0, '127.0.0.1')
    await once(eavesdropper.#server, 'listening')
    return eavesdropper
  }

  private constructor(home: RealDatacenter, node: string) {
    const file = (name: string): Buffer => readFileSync(join(home.folder(node), name))
    this.#server = createSecureServer({ cert: file('agent.pem'), key: file('agent-key.pem') })
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    this.#server.on(
      'request',
      (request, response) => void this.#handOn(home.address(node), request, response),
    )
    this.link = {
      ...home.link,
      connect: async (to, port) => {
        if (to !== node) return home.link.connect(to, port)
        const socket = connect((this.#server.address() as AddressInfo).port, '127.0.0.1')
        await once(socket, 'connect')
        return socket
      },
    }
  }

  async #handOn(address: string, request: Http2ServerRequest, response: Http2ServerResponse): Promise<void> {
    const token = String(request.headers['x-consul-token'] ?? 'none')
    const { method, url: path } = request
    this.heard.set(token, [...(this.heard.get(token) ?? []), `${method} ${path}`])
    const body = await text(request)
    const question = { method: method as Method, path, ...(body !== '' && { body }) }
    const answer = await ask({ address, port: HTTP_PORT, secure: false, token }, question)
    response.writeHead(answer.status === 0 ? 502 : answer.status).end(Buffer.from(answer.text, 'latin1'))
  }

  end(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }
}
