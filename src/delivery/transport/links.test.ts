import { once } from 'node:events'
import { mkdirSync, readdirSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { Server } from 'node:http'
import { createSecureServer } from 'node:http2'
import { createServer as createNetServer } from 'node:net'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import {
  freePort,
  noScratchNodes,
  programOf,
  pushRun,
  scratchNode,
} from '../../../test/delivery/scratch-node.ts'
import { startController } from '../../../test/delivery/other-controller.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import { portsOnly } from '../../../test/engines/ports-only.ts'
import { z } from 'zod'
import { withApi } from '../../engines/consul/api.ts'
import { issueAuthority, issueCertificate } from '../../secrets/certificate-issuing.ts'
import { run } from '../../support/run.ts'
import { observe } from '../push/push.ts'
import type { Transport } from './transport.ts'

if (noScratchNodes !== undefined) console.warn(`links.test.ts is skipped: ${noScratchNodes}`)

/** One HTTP request over a link. */
function get(link: Duplex, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ path, createConnection: () => link }, (answer) => resolve(text(answer)))
    asked.on('error', reject).end()
  })
}

/** Processes of ssh that speak to this node. */
async function sshProcesses(node: ScratchNode): Promise<string[]> {
  const { stdout } = await run('pgrep', ['-af', `^ssh .*${node.folder}`])
  return stdout.toString().split('\n').filter(Boolean)
}

interface HostilePort {
  readonly port: number
  close(): void
}

async function listening(hostile: NetServer): Promise<HostilePort> {
  hostile.listen(0, '127.0.0.1')
  await once(hostile, 'listening')
  return { port: (hostile.address() as AddressInfo).port, close: () => hostile.close() }
}

async function strangersPort(): Promise<HostilePort> {
  const now = new Date()
  const issuer = await issueAuthority({ subject: 'stranger', days: 1, now })
  const asked = { issuer, subject: 'localhost', dnsNames: ['localhost'], ipAddresses: [], days: 1, now }
  const { certificatePem, keyPem } = await issueCertificate(asked)
  const hostile = createSecureServer({ cert: certificatePem, key: keyPem })
  return listening(hostile.on('session', (session) => session.on('error', () => undefined)))
}

function garbagePort(): Promise<HostilePort> {
  return listening(
    createNetServer((socket) => {
      socket.on('error', () => undefined).end('SSH-2.0-garbage\r\n'.repeat(1000))
    }),
  )
}

function closingPort(): Promise<HostilePort> {
  return listening(createNetServer((socket) => socket.on('error', () => undefined).end()))
}

function resettingPort(): Promise<HostilePort> {
  return listening(createNetServer((socket) => socket.on('error', () => undefined).resetAndDestroy()))
}

describe.skipIf(noScratchNodes !== undefined)('a link to a port of a node', () => {
  let node: ScratchNode
  let transport: Transport
  let server: Server
  let port: number
  beforeAll(async () => {
    node = await scratchNode()
    transport = await node.transport([node.dial('ada')])
    server = createServer((asked, answer) => answer.end(`you asked for ${asked.url}`)).listen(0, '127.0.0.1')
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
  })
  afterAll(async () => {
    server.close()
    await transport.close()
    await node.remove()
  })

  it('carries an HTTP request although no session is open, and many at once over one connection', async () => {
    const before = transport.stats().get('ada')?.sessions ?? 0
    const answers = await Promise.all(
      Array.from({ length: 5 }, async (_, index) => get(await transport.connect('ada', port), `/${index}`)),
    )
    expect(answers).toEqual([0, 1, 2, 3, 4].map((index) => `you asked for /${index}`))
    expect((transport.stats().get('ada')?.sessions ?? 0) - before).toBe(1)
  })

  it('starts more programs at once than sshd grants sessions to one connection', async () => {
    const asked = Array.from({ length: 24 }, (_, index) =>
      transport.run('ada', ['sh', '-c', `sleep 1; printf ${index}`]),
    )
    const ends = await Promise.all(asked)
    expect(ends.map(({ stdout }) => stdout.toString())).toEqual(asked.map((_, index) => `${index}`))
  })

  it('rides on the connection of the check when it is asked for', async () => {
    const own = await node.transport([node.dial('ada')])
    const found = await observe(pushRun(own), programOf('ada', []), 'apply', () => undefined, { link: true })
    if (!found.reached) throw new Error(found.failure.summary)
    expect(await get(await own.connect('ada', port), '/check')).toBe('you asked for /check')
    expect(own.stats().get('ada')?.sessions).toBe(1)
    await found.letGo()
    expect(await get(await own.connect('ada', port), '/later')).toBe('you asked for /later')
    expect(own.stats().get('ada')?.sessions).toBe(2)
    await own.close()
  })

  it('that is wanted while the check is still being let in waits for it', async () => {
    const own = await node.transport([node.dial('ada')])
    own.begin(['ada'])
    const [found, answer] = await Promise.all([
      observe(pushRun(own), programOf('ada', []), 'plan', () => undefined, { link: true, mayBeKept: true }),
      own.connect('ada', port).then((link) => get(link, '/early')),
    ])
    expect(answer).toBe('you asked for /early')
    expect(own.stats().get('ada')?.sessions).toBe(1)
    if (found.reached) await found.letGo()
    await own.close()
  })

  it('that is given up does not hold up the end of the connection that carried it', async () => {
    const own = await node.transport([node.dial('ada')])
    const found = await observe(pushRun(own), programOf('ada', []), 'plan', () => undefined, { link: true })
    if (!found.reached) throw new Error(found.failure.summary)
    const link = await own.connect('ada', port)
    link.write('GET /never-read HTTP/1.1\r\n')
    link.destroy()
    // Without the patience after which the connection is cut, this would never end.
    vi.spyOn(globalThis, 'setTimeout').mockImplementationOnce((() => undefined) as never)
    await found.letGo()
    await own.close()
  })

  it('says in a sentence why it cannot be had', async () => {
    const closed = await freePort()
    await expect(transport.connect('ada', closed).then((link) => get(link, '/'))).rejects.toThrow(
      `port ${closed} of ada cannot be reached: Connection refused`,
    )
    const nobody = await node.transport([node.dial('eve', { port: closed })])
    await expect(nobody.connect('eve', 80)).rejects.toThrow(/^eve cannot be reached: .*Connection refused/)
    await nobody.close()
  })

  it.each([
    [
      'a certificate of somebody else',
      strangersPort,
      /certificate of localhost by stranger, .* not of the authority/,
    ],
    ['what is no TLS', garbagePort, /^no TLS there: /],
    ['nothing, and closes at once', closingPort, /^(the connection was closed|no TLS there)/],
    [
      'nothing, and resets the connection',
      resettingPort,
      /^(the connection was closed|no TLS there|port \d+ of ada cannot be reached: Connection reset)/,
    ],
  ])('outlives a port that shows %s, and says so', async (_, listen, problem) => {
    const { port: hostile, close } = await listen()
    const { certificatePem } = await issueAuthority({ subject: 'ours', days: 1, now: new Date() })
    const link = portsOnly((name) => transport.connect(name, hostile))
    for (let round = 0; round < 3; round++) {
      const reply = await withApi(link, 'ada', { authorityPem: certificatePem }, (api) =>
        api.get('/v1/status/leader', z.string()),
      )
      expect(reply).toMatchObject({ ok: false, status: 0, problem: expect.stringMatching(problem) as string })
    }
    close()
    // An error that nobody listened to would have been thrown at this process by now, which the runner takes for a failure.
    expect(await get(await transport.connect('ada', port), '/still-here')).toBe('you asked for /still-here')
  })

  it('leaves no process and no socket behind', async () => {
    const runtime = join(node.folder, 'r')
    mkdirSync(runtime, { mode: 0o700 })
    process.env['XDG_RUNTIME_DIR'] = runtime
    const own = await node.transport([node.dial('ada')])
    await get(await own.connect('ada', port), '/')
    expect(readdirSync(runtime)).toHaveLength(1)
    await own.close()
    delete process.env['XDG_RUNTIME_DIR']
    await transport.close()
    expect(await sshProcesses(node)).toEqual([])
    expect(readdirSync(runtime)).toEqual([])
  })

  it('ends with its controller, however that ends', async () => {
    const runtime = join(node.folder, 'k')
    mkdirSync(runtime, { mode: 0o700 })
    const controller = await startController(node, { XDG_RUNTIME_DIR: runtime }, 'link', String(port))
    await controller.said('linked')
    expect(await sshProcesses(node)).not.toEqual([])
    await controller.kill()
    await vi.waitFor(async () => expect(await sshProcesses(node)).toEqual([]), 20_000)
    expect(readdirSync(runtime)).toHaveLength(1)

    // The next controller takes the folder away.
    process.env['XDG_RUNTIME_DIR'] = runtime
    const next = await node.transport([node.dial('ada')])
    await get(await next.connect('ada', port), '/')
    await next.close()
    delete process.env['XDG_RUNTIME_DIR']
    expect(readdirSync(runtime)).toEqual([])
  })
})
