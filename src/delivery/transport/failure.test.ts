import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  freePort,
  newHostKey,
  noScratchNodes,
  programOf,
  pushRun,
  scratchNode,
} from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import type { Diagnostic } from '../../diagnostics/diagnostic.ts'
import { run } from '../../support/run.ts'
import { observe } from '../push/push.ts'
import type { Dial, TransportOptions } from './transport.ts'

if (noScratchNodes !== undefined) console.warn(`failure.test.ts is skipped: ${noScratchNodes}`)

describe.skipIf(noScratchNodes !== undefined)('a node that cannot be logged in to', () => {
  let node: ScratchNode
  let mute: Server
  beforeAll(async () => {
    node = await scratchNode()
    mute = createServer().listen(await freePort(), '127.0.0.1')
  })
  afterAll(async () => {
    mute.close()
    await node.remove()
  })

  async function failureOf(
    dials: readonly Dial[],
    more: Partial<TransportOptions> = {},
  ): Promise<Diagnostic> {
    const transport = await node.transport(dials, more)
    const [first] = dials
    const seen = await observe(pushRun(transport), programOf(first?.node ?? '', []), 'plan', () => undefined)
    await transport.close()
    if (seen.reached) throw new Error('the node was reached')
    return seen.failure
  }

  it('is NODE_UNREACHABLE when nothing listens on its port', async () => {
    const port = await freePort()
    expect(await failureOf([node.dial('ada', { port })])).toMatchObject({
      code: 'NODE_UNREACHABLE',
      summary: `ada cannot be reached at 127.0.0.1:${port}: Connection refused`,
      where: { node: 'ada' },
    })
  })

  it('is NODE_UNREACHABLE when its name does not resolve', async () => {
    const failure = await failureOf([node.dial('ada', { host: 'ada.invalid' })])
    expect(failure).toMatchObject({ code: 'NODE_UNREACHABLE' })
    expect(failure.summary).toContain('Could not resolve hostname')
  })

  it('is NODE_UNREACHABLE when its jump is, and says so', async () => {
    const port = await freePort()
    const failure = await failureOf([node.dial('ada', { via: 'gate' }), node.dial('gate', { port })])
    expect(failure.summary).toBe(`ada cannot be reached at 127.0.0.1:${port}: Connection refused`)
  })

  it('is NODE_TIMED_OUT when it takes the connection and says nothing', async () => {
    const { port } = mute.address() as { port: number }
    expect(await failureOf([node.dial('ada', { port })], { connectTimeoutSeconds: 1 })).toMatchObject({
      code: 'NODE_TIMED_OUT',
      summary: 'ada was silent for 1 s while the connection was being made',
    })
  })

  it('is AUTHENTICATION_FAILED when it takes none of the keys', async () => {
    const other = join(node.folder, 'other')
    rmSync(other, { force: true })
    await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', other])
    expect(await failureOf([node.dial('ada', { identityFile: other })])).toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      summary: expect.stringContaining('ada refuses the login of root (publickey') as string,
    })
  })

  it('is SSH_NOT_INSTALLED on a computer without ssh', async () => {
    const transport = await node.transport([node.dial('ada')])
    const path = process.env['PATH']
    process.env['PATH'] = '/nowhere'
    try {
      const seen = await observe(pushRun(transport), programOf('ada', []), 'plan', () => undefined)
      expect(seen).toMatchObject({ reached: false, failure: { code: 'SSH_NOT_INSTALLED' } })
    } finally {
      process.env['PATH'] = path
    }
  })

  it('is HOST_KEY_CHANGED when it shows another key: both fingerprints, the pinned line, what to type', async () => {
    const transport = await node.transport([node.dial('ada')])
    const program = programOf('ada', [])
    expect(await observe(pushRun(transport), program, 'plan', () => undefined)).toMatchObject({
      reached: true,
    })
    const { stdout } = await run('ssh-keygen', ['-lf', join(node.folder, 'host.pub')])
    const before = stdout.toString().split(' ')[1] ?? ''

    await node.stop()
    await newHostKey(node)
    await node.start()
    const now =
      (await run('ssh-keygen', ['-lf', join(node.folder, 'host.pub')])).stdout.toString().split(' ')[1] ?? ''
    const failure = await failureOf([node.dial('ada')])
    expect(failure).toMatchObject({ code: 'HOST_KEY_CHANGED', where: { node: 'ada' } })
    expect(failure.why).toContain(`pinned ${before} (${transport.knownHostsFile}:1)`)
    expect(failure.why).toContain(`shown now ${now}`)

    // What the message says to type is what helps.
    const words = failure.fix.slice(failure.fix.indexOf('ssh-keygen')).split(' ')
    expect((await run(words[0] ?? '', words.slice(1))).code).toBe(0)
    const again = await node.transport([node.dial('ada')])
    expect(await observe(pushRun(again), program, 'plan', () => undefined)).toMatchObject({ reached: true })
  })

  it('is HOST_KEY_CHANGED when a node whose key is pinned offers only a key of another type', async () => {
    await run('ssh-keygen', ['-q', '-t', 'rsa', '-b', '2048', '-N', '', '-f', join(node.folder, 'rsa')])
    const other = await scratchNode({
      sshd: [`HostKey ${join(node.folder, 'rsa')}`, 'HostKeyAlgorithms rsa-sha2-512'],
    })
    try {
      const seen = await failureOf([{ ...node.dial('ada'), port: other.port }])
      expect(seen.code).toBe('HOST_KEY_CHANGED')
      expect(seen.why).toMatch(/^pinned SHA256:/)
    } finally {
      await other.remove()
    }
  })
})
