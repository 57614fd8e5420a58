import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { Relay } from '../../../bench/relay.ts'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import { file } from '../../resources/file/file.ts'
import { confirmTrial } from '../push/confirm-trial.ts'
import { converge, observe } from '../push/push.ts'
import { endKept, keptSocket } from './kept-connections.ts'
import type { Transport } from './transport.ts'

if (noScratchNodes !== undefined) console.warn(`kept-connections.test.ts is skipped: ${noScratchNodes}`)

const quiet = (): void => undefined

describe.skipIf(noScratchNodes !== undefined)('a connection that is kept', () => {
  let runtime: string
  let node: ScratchNode
  let relay: Relay
  const open: Transport[] = []

  beforeAll(async () => {
    runtime = mkdtempSync(join(tmpdir(), 'kept-'))
    vi.stubEnv('XDG_RUNTIME_DIR', runtime)
    node = await scratchNode()
    const to = { address: '127.0.0.1', port: node.port }
    relay = await Relay.open({ listen: { address: '127.0.0.1', port: 0 }, to, roundTripMilliseconds: 0 })
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((transport) => transport.close()))
    await endKept(join(node.folder, 'cluster/known_hosts'))
  })
  afterAll(async () => {
    await relay.close()
    await node.remove()
    vi.unstubAllEnvs()
    rmSync(runtime, { recursive: true })
  })

  /** What the next run has, in the way that it dials. */
  async function nextRun(more: { readonly keepSeconds?: number; readonly user?: string } = {}) {
    const { keepSeconds = 60, ...dial } = more
    const transport = await node.transport([node.dial('ada', { port: relay.port, ...dial })], { keepSeconds })
    open.push(transport)
    return transport
  }

  async function look(transport: Transport, link = false) {
    const found = await observe(pushRun(transport), programOf('ada', []), 'plan', quiet, {
      mayBeKept: true,
      link,
    })
    if (!found.reached) throw new Error(found.failure.summary)
    return found
  }

  /** How many connections were made meanwhile. */
  async function connections(work: () => Promise<unknown>): Promise<number> {
    const before = relay.passed.connections
    await work()
    return relay.passed.connections - before
  }

  it('serves the next run, which makes none', async () => {
    expect(await connections(async () => look(await nextRun()))).toBe(1)
    expect(await connections(async () => look(await nextRun()))).toBe(0)
  })

  it('carries links, and leads nowhere any more when their run is over', async () => {
    const server = createServer((_, answer) => answer.end('hello')).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    for (const round of [1, 2]) {
      const transport = await nextRun()
      const found = await look(transport, true)
      const link = await transport.connect('ada', port)
      link.write('GET / HTTP/1.0\r\n\r\n')
      expect(String(await link.toArray())).toContain('hello')
      await found.letGo()
      await transport.close()
      expect({ round, left: readdirSync(runtime).filter((name) => name.startsWith('bramble-ssh')) }).toEqual({
        round,
        left: [],
      })
    }
    server.close()
  })

  it('is for looks alone: what changes a node, and what confirms a trial, has to be let in', async () => {
    await look(await nextRun())
    const transport = await nextRun()
    const push = pushRun(transport)
    const program = programOf('ada', [file({ path: '/srv/kept', content: 'kept\n' })])
    expect(
      await connections(async () => {
        const found = await observe(push, program, 'apply', quiet, { mayBeKept: true })
        if (!found.reached) throw new Error(found.failure.summary)
        await converge(push, program, found, quiet)
      }),
    ).toBe(1)
    let isOver = false
    const tries = connections(() =>
      confirmTrial(
        push,
        'ada',
        20,
        () => isOver,
        () => (isOver = true),
      ),
    )
    expect(await tries).toBeGreaterThan(0)
  })

  it('is not made unless it is wanted', async () => {
    await look(await nextRun({ keepSeconds: 0 }))
    expect(await connections(async () => look(await nextRun({ keepSeconds: 0 })))).toBe(1)
  })

  it('to a node that is called otherwise or reached in another way is another one', () => {
    const way = (more: object) => new Map([['ada', node.dial('ada', more)]])
    const first = keptSocket('/k', way({}), 'ada')
    for (const more of [{ user: 'pi' }, { port: 23 }, { host: '127.0.0.2' }, { via: 'jump' }])
      expect(keptSocket('/k', way(more), 'ada')).not.toBe(first)
    expect(keptSocket('/other', way({}), 'ada')).not.toBe(first)
    expect(keptSocket('/k', way({}), 'ada')).toBe(first)
  })

  it('that has died is replaced in the same look', async () => {
    await look(await nextRun())
    await node.stop()
    await node.start()
    expect(await connections(async () => look(await nextRun()))).toBe(1)
  })

  it('ends by a word, with all of its processes', async () => {
    await look(await nextRun())
    const knownHosts = join(node.folder, 'cluster/known_hosts')
    expect(await endKept(knownHosts)).toHaveLength(1)
    expect(await endKept(knownHosts)).toEqual([])
    expect(await connections(async () => look(await nextRun()))).toBe(1)
  })

  it('is not looked for in a folder that others may write to', async () => {
    const folder = join(runtime, `bramble-kept-${process.getuid?.()}`)
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder)
    chmodSync(folder, 0o777)
    await look(await nextRun())
    expect(readdirSync(folder)).toEqual([])
    chmodSync(folder, 0o700)
  })
})
