/** What Docker is asked, and what comes back, over streams as a link gives them. */
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { LinkTarget, NodeLink } from '../contract.ts'
import { withDocker } from './docker-api.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) server.closeAllConnections()
})

/** A link to a server that answers so; `refuses` says to which of the ways it does not lead. */
async function linkTo(answer: RequestListener, refuses: (to: LinkTarget) => boolean = () => false) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const asked: LinkTarget[] = []
  const link: NodeLink = {
    connect: async (_, to) => {
      asked.push(to)
      if (refuses(to)) throw new Error(`${JSON.stringify(to)} cannot be reached`)
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      return socket
    },
    run: () => Promise.reject(new Error('nothing is run here')),
  }
  return { link, asked }
}

const reply = z.object({ path: z.string() })
const echo: RequestListener = ({ url }, response) => response.end(JSON.stringify({ path: url }))

describe('the API of Docker', () => {
  it('is asked many things over one stream to its socket', async () => {
    const { link, asked } = await linkTo(echo)
    const answers = await withDocker(link, 'ears', (api) =>
      Promise.all(['/a', '/b', '/c'].map((path) => api.get(path, reply))),
    )
    expect(answers).toEqual(['/a', '/b', '/c'].map((path) => ({ ok: true, value: { path } })))
    expect(asked).toEqual([{ socket: '/run/docker.sock' }])
  })

  it('is reached through its own client where the socket is for others', async () => {
    const { link, asked } = await linkTo(echo, (to) => typeof to === 'object' && 'socket' in to)
    const answer = await withDocker(link, 'ears', (api) => api.get('/info', reply))
    expect(answer).toMatchObject({ ok: true })
    expect(asked.at(-1)).toEqual({ program: ['docker', 'system', 'dial-stdio'] })
  })

  it('says why nobody can be asked', async () => {
    const { link } = await linkTo(echo, () => true)
    const answer = await withDocker(link, 'ears', (api) => api.get('/info', reply))
    expect(answer).toMatchObject({
      ok: false,
      status: 0,
      problem: expect.stringContaining('dial-stdio') as string,
    })
  })

  it.each([
    ['the message of a refusal', 503, '{"message":"no leader"}', { status: 503, problem: 'no leader' }],
    ['a refusal without a message', 500, '', { status: 500, problem: 'status 500' }],
    ['what is not Docker’s', 200, '<html>', { status: 0, problem: 'an answer that is not Docker’s: <html>' }],
  ])('tells %s', async (_, status, text, problem) => {
    const { link } = await linkTo(({ url }, response) => {
      if (url === '/_ping') response.end('OK')
      else response.writeHead(status).end(text)
    })
    const answer = await withDocker(link, 'ears', (api) => api.send('POST', '/x', reply, { some: 'thing' }))
    expect(answer).toEqual({ ok: false, ...problem })
  })
})
