import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { buffer, text } from 'node:stream/consumers'
import { PassThrough, type Duplex } from 'node:stream'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { noScratchNodes, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import { pastMark } from './program-link.ts'
import type { Dial, Transport } from './transport.ts'

const missing = noScratchNodes ?? (existsSync('/usr/bin/sudo') ? undefined : 'sudo is not installed')
if (missing !== undefined) console.warn(`program-link.test.ts is skipped: ${missing}`)

const PASSWORD = "correct horse's $battery \\ staple"

/** Two sockets that give back what they get: one for everybody, one for root. */
const ECHO = `
import { createServer } from 'node:net'
import { chmodSync } from 'node:fs'
process.umask(0)
for (const [path, mode] of [['/srv/open: and odd', 0o666], ['/srv/closed', 0o600]])
  createServer((socket) => socket.pipe(socket)).listen(path, () => chmodSync(path, mode))
`

const prepare = `
for name in free asked eve; do
  useradd --create-home --home-dir /srv/$name --shell /bin/sh $name
  printf '%s:%s\\n' $name "${PASSWORD.replace(/["\\$]/g, '\\$&')}" | chpasswd
done
printf 'Defaults !lecture\\nfree ALL=(ALL) NOPASSWD: ALL\\nasked ALL=(ALL) ALL\\n' >/etc/sudoers
chmod 440 /etc/sudoers
cat >/srv/echo.mjs <<'END'
${ECHO}
END
"${process.execPath}" /srv/echo.mjs </dev/null >/dev/null 2>&1 &
`

describe.skipIf(missing !== undefined)('a link to a program or a socket of a node', () => {
  let node: ScratchNode
  let transport: Transport
  const dialOf = (user: string, sudo: Dial['sudo']): Dial => node.dial(user, { user, sudo })
  const open = (password = PASSWORD) =>
    node.transport(
      [node.dial('root'), dialOf('free', 'nopasswd'), dialOf('asked', 'password'), dialOf('eve', 'nopasswd')],
      { sudoPassword: () => Promise.resolve(password) },
    )
  beforeAll(async () => {
    node = await scratchNode({ prepare })
    transport = await open()
    await vi.waitFor(
      async () => expect((await node.inside('test', '-S', '/srv/closed')).code).toBe(0),
      20_000,
    )
  })
  afterAll(async () => {
    await transport.close()
    await node.remove()
  })

  const everyByte = Buffer.from(Array.from({ length: 70_000 }, (_, index) => index % 256))

  it.each(['root', 'free', 'asked'])('runs it as root for %s, with every byte in and out', async (user) => {
    const { code, stdout, stderr } = await transport.run(
      user,
      ['sh', '-c', 'id -u >&2; cat; exit 7'],
      everyByte,
    )
    expect({ code, stderr, isSame: stdout.equals(everyByte) }).toEqual({ code: 7, stderr: '0', isSame: true })
  })

  it('gives it its words as they are, and nothing to read when there is nothing', async () => {
    const words = ['', 'a b', "it's", '$HOME', '-n', '\\', 'end\n.bramble']
    const { stdout } = await transport.run('asked', ['printf', '%s|', ...words])
    expect(stdout.toString()).toBe(words.map((word) => `${word}|`).join(''))
    expect((await transport.run('free', ['cat'])).stdout).toHaveLength(0)
  })

  it('runs programs that read nothing in one shell, one after the other, each with its own end', async () => {
    const own = await open()
    const parentOf = async (words: string, code: number) => {
      const end = await own.run('asked', ['sh', '-c', `echo $PPID; printf '${words}' >&2; exit ${code}`])
      expect([end.code, end.stderr]).toEqual([code, words])
      return end.stdout.toString()
    }
    expect(await parentOf('one', 3)).toBe(await parentOf('two', 0))
    const parents = await Promise.all(Array.from({ length: 6 }, () => parentOf('', 0)))
    expect(new Set(parents).size, 'shells for six quick programs at once').toBe(1)
    const bytes = await own.run('asked', ['head', '-c', '300000', '/dev/urandom'])
    expect(bytes.stdout).toHaveLength(300_000)
    expect((await own.run('asked', ['cat'])).stdout).toHaveLength(0)
    await own.close()
  })

  it('takes another shell while one is busy, and one in place of one that was ended', async () => {
    const own = await open()
    const slow = own.run('free', ['sh', '-c', 'until [ -e /srv/go ]; do sleep 0.1; done; echo $PPID'])
    const other = await own.run('free', ['sh', '-c', 'touch /srv/go; echo $PPID'])
    expect((await slow).stdout.toString()).not.toBe(other.stdout.toString())
    await expect(own.run('free', ['sh', '-c', 'kill -9 $PPID'])).rejects.toThrow(
      /^the end of sh on free is not known/,
    )
    expect((await own.run('free', ['id', '-u'])).stdout.toString()).toBe('0\n')
    await own.close()
  })

  it('rides on the connection that is there', async () => {
    const own = await open()
    await own.run('free', ['true'])
    await Promise.all([own.run('free', ['true']), own.run('free', ['true'])])
    expect(own.stats().get('free')?.sessions).toBe(1)
    await own.close()
  })

  it('says in a sentence why it cannot be started', async () => {
    expect(await transport.run('free', ['/no/such/program'])).toMatchObject({
      code: 127,
      stderr: expect.stringContaining('not found') as string,
    })
    await expect(transport.run('eve', ['true'])).rejects.toThrow(
      /^true cannot be started on eve: .*password is required/,
    )
    const wrong = await open('wrong')
    await expect(wrong.run('asked', ['true'])).rejects.toThrow(/^true cannot be started on asked: /)
    await wrong.close()
  })

  /** What comes back when this is sent. */
  async function echoed(link: Duplex, sent: string): Promise<string> {
    link.write(sent)
    const [first] = (await once(link, 'data')) as [Buffer]
    link.end()
    return first.toString()
  }

  it('is a stream to the input and output of a program, which hears when nobody reads on', async () => {
    const link = await transport.connect('asked', { program: ['cat'] })
    expect(await echoed(link, 'hello')).toBe('hello')
    const given = await transport.connect('free', { program: ['sh', '-c', 'echo $$; exec cat'] })
    const [pid] = (await once(given, 'data')) as [Buffer]
    given.destroy()
    await vi.waitFor(async () => {
      const { code } = await node.inside('kill', '-0', pid.toString().trim())
      expect(code).not.toBe(0)
    }, 20_000)
  })

  it('is a stream to a socket, many at once, with the rights of the login user', async () => {
    const path = { socket: '/srv/open: and odd' }
    const said = await Promise.all(
      ['one', 'two', 'three'].map(async (word) => echoed(await transport.connect('eve', path), word)),
    )
    expect(said).toEqual(['one', 'two', 'three'])
    expect(await echoed(await transport.connect('root', { socket: '/srv/closed' }), 'mine')).toBe('mine')
  })

  it.each([
    ['is not there', '/srv/nothing'],
    ['is for somebody else', '/srv/closed'],
  ])('says of a socket that %s why it cannot be had', async (_, socket) => {
    const refused = async (): Promise<string> => text(await transport.connect('eve', { socket }))
    await expect(refused()).rejects.toThrow(
      `${socket} of eve cannot be reached: there is no such socket, it is not for the user who logs in, or nobody answers there`,
    )
  })
})

describe('what a program prints', () => {
  it.each([
    ['together with its end', ['noise\n\nMARK\nall of it\n']],
    ['in pieces', ['noise\n\nMA', 'RK\nall ', 'of it\n']],
  ])('is read to its end when it comes %s', async (_, pieces) => {
    const stdout = new PassThrough()
    // As the count of bytes does: with a listener, a stream flows.
    stdout.on('data', () => undefined)
    const said = pastMark(stdout, 'MARK', new Promise(() => undefined))
    for (const piece of pieces) stdout.write(piece)
    stdout.end()
    const rest = await said
    if (!rest) throw new Error('there was no mark')
    await new Promise(setImmediate)
    expect((await buffer(rest)).toString()).toBe('all of it\n')
  })
})
