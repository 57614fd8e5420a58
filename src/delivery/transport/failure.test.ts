import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
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
import { linkRefusal } from './failure.ts'
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

  it('is AUTHENTICATION_FAILED with the key of the cluster file that names the user', async () => {
    const other = { identityFile: join(node.folder, 'host') }
    const own = await failureOf([node.dial('ada', { ...other, user: 'nobody', userKey: 'nodes.ada.user' })])
    expect(own.fix).toContain('correct nodes.ada.user (now nobody)')
    expect((await failureOf([node.dial('ada', { ...other, user: 'nobody' })])).fix).toContain(
      'correct access.user',
    )
  })

  it.each([
    ['is not there', 'missing', /^No such file or directory/],
    ['others may read', 'open', /^bad permissions/],
    ['is no private key', 'half', /^(invalid format|error in libcrypto)/],
  ])('is KEY_FILE_UNUSABLE when its key file %s', async (_, name, reason) => {
    const file = join(node.folder, name)
    if (name === 'open') {
      // ssh reads the private half when the node takes the public one.
      copyFileSync(node.dial('ada').identityFile ?? '', file)
      chmodSync(file, 0o644)
    }
    if (name === 'half') writeFileSync(file, 'ssh-ed25519 AAAA\n', { mode: 0o600 })
    const failure = await failureOf([node.dial('ada', { identityFile: file })])
    expect(failure.code).toBe('KEY_FILE_UNUSABLE')
    const [told, why] = failure.summary.split(', the key for ada, cannot be used: ')
    expect(told).toBe(file)
    expect(why).toMatch(reason)
  })

  it('is TOO_MANY_KEYS when its patience ends before the right key comes', async () => {
    const strict = await scratchNode({ sshd: ['MaxAuthTries 1'] })
    const keys = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => {
        const key = join(strict.folder, name)
        await run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
        return `  IdentityFile ${key}\n`
      }),
    )
    const home = join(strict.folder, 'home')
    mkdirSync(join(home, '.ssh'), { recursive: true, mode: 0o700 })
    writeFileSync(join(home, '.ssh/config'), `Host *\n${keys.join('')}`, { mode: 0o600 })
    const { identityFile: _, ...dial } = strict.dial('ada')
    const was = process.env['HOME']
    process.env['HOME'] = home
    try {
      const transport = await strict.transport([dial], { userConfig: true })
      const seen = await observe(pushRun(transport), programOf('ada', []), 'plan', () => undefined)
      await transport.close()
      expect(seen).toMatchObject({ reached: false, failure: { code: 'TOO_MANY_KEYS' } })
    } finally {
      process.env['HOME'] = was
      await strict.remove()
    }
  })

  it('is LOGIN_TURNED_AWAY when connections are ended before the login', async () => {
    const port = await freePort()
    const closing = createServer((socket) => socket.end()).listen(port, '127.0.0.1')
    await once(closing, 'listening')
    const seen = await failureOf([node.dial('ada', { port })])
    closing.close()
    expect(seen).toMatchObject({ code: 'LOGIN_TURNED_AWAY' })
    expect(seen.summary).toContain(
      `ada (127.0.0.1:${port}) takes connections and ends them before the login: Connection`,
    )
  })

  it('gives each reason of not being there its own way out', async () => {
    const refused = await failureOf([node.dial('ada', { port: await freePort() })])
    expect(refused.fix).toContain('nothing listens')
    const unnamed = await failureOf([node.dial('ada', { host: 'ada.invalid' })])
    expect(unnamed.fix).toContain('correct its address')
    expect(linkRefusal('administratively prohibited: open failed')).toContain('AllowTcpForwarding')
    expect(linkRefusal('Connection refused')).toBe('Connection refused')
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
