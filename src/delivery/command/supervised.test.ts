import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest'
import { noScratchNodes, scratchNode, type ScratchNode } from '../../../test/delivery/scratch-node.ts'
import { run } from '../../support/run.ts'
import type { Transport } from '../transport/transport.ts'
import { supervise, type SupervisedEnd, type SupervisedProgram } from './supervised.ts'

if (noScratchNodes !== undefined) console.warn(`supervised.test.ts is skipped: ${noScratchNodes}`)

describe.skipIf(noScratchNodes !== undefined)('a supervised program', () => {
  let node: ScratchNode
  let transport: Transport
  beforeAll(async () => {
    const prepare =
      'useradd -m -s /bin/bash lee\nprintf "lee:swordfish\\n" | chpasswd\nusermod -p "*" root\nprintf "lee ALL=(ALL) ALL\\n" >/etc/sudoers.d/lee\n'
    node = await scratchNode({ prepare, sshd: ['UsePAM no'] })
  })
  beforeEach(async () => {
    transport = await node.transport([node.dial('ada')])
  })
  afterEach(() => transport.close())
  afterAll(() => node.remove())

  /** Runs it; gives its end and what it printed. */
  async function supervised(argv: readonly string[], more: Partial<SupervisedProgram> = {}) {
    const printed = { stdout: [] as Buffer[], stderr: [] as Buffer[] }
    const end = await supervise(transport, {
      node: 'ada',
      argv,
      asRoot: false,
      output: (stream, bytes) => Promise.resolve(void printed[stream].push(bytes)),
      ...more,
    })
    return {
      end,
      stdout: Buffer.concat(printed.stdout),
      stderr: Buffer.concat(printed.stderr).toString(),
    }
  }

  /** Ends a program once it has printed something. */
  async function stopped(
    argv: readonly string[],
    act: (stop: () => void) => unknown,
  ): Promise<SupervisedEnd> {
    const controller = new AbortController()
    const { end } = await supervised(argv, {
      signal: controller.signal,
      output: async () => void (await act(() => controller.abort())),
    })
    return end
  }

  it('gets every word as it is', async () => {
    const words = [
      "a'b",
      'c d',
      '',
      '$HOME',
      '*',
      'new\nline',
      '-n',
      'ü\u{1f980}',
      '\\',
      '`id`',
      '"',
      '!x',
      '\u001e',
    ]
    const { end, stdout } = await supervised(['printf', '%s\\0', ...words])
    expect(end).toEqual({ how: 'ended', status: 0 })
    expect(stdout.toString()).toBe(words.map((word) => `${word}\0`).join(''))
  })

  it('ends with its own status, and its outputs are told apart, byte for byte', async () => {
    const { end, stdout, stderr } = await supervised([
      'sh',
      '-c',
      'printf "\\036\\000\\377no end"; echo oh >&2; exit 255',
    ])
    expect(end).toEqual({ how: 'ended', status: 255 })
    expect([stdout.toString('latin1'), stderr]).toEqual(['\u001e\0\xffno end', 'oh\n'])
  })

  it('that a signal ends, or that is not there, has the status of a shell', async () => {
    expect((await supervised(['sh', '-c', 'kill -9 $$'])).end).toEqual({ how: 'ended', status: 137 })
    const { end, stderr } = await supervised(['nosuchprogram'])
    expect(end).toEqual({ how: 'ended', status: 127 })
    expect(stderr).toContain('nosuchprogram')
  })

  it('has nothing on its standard input, unless it is given something', async () => {
    expect((await supervised(['cat'])).stdout.length).toBe(0)
    const input = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 256))
    const { end, stdout } = await supervised(['cat'], { input })
    expect(end).toEqual({ how: 'ended', status: 0 })
    expect(stdout.equals(input)).toBe(true)
    // One that does not read it ends all the same.
    expect((await supervised(['true'], { input })).end).toEqual({ how: 'ended', status: 0 })
  })

  it('may print more than anybody holds in memory, as fast as it is read', async () => {
    let bytes = 0
    const { end } = await supervised(['head', '-c', '50000000', '/dev/zero'], {
      output: (_stream, chunk) => Promise.resolve(void (bytes += chunk.length)),
    })
    expect([end, bytes]).toEqual([{ how: 'ended', status: 0 }, 50_000_000])
  })

  it('is not waited for longer than it runs, whatever it leaves behind', async () => {
    const { end, stdout } = await supervised(['sh', '-c', 'sleep 4711 & echo $!'])
    expect(end).toEqual({ how: 'ended', status: 0 })
    await node.inside('kill', stdout.toString().trim())
  })

  it('is ended with all that it has started, also when it does not want to', async () => {
    const shell = 'trap "" TERM; sleep 4712 & echo ready; while :; do sleep 1; done'
    const end = await stopped(['sh', '-c', shell], (stop) => stop())
    expect(end).toEqual({ how: 'stopped', why: 'signal', status: 137 })
    expect((await node.inside('pgrep', '-f', 'sleep 4712')).stdout.toString()).toBe('')
  })

  it('is ended when its time is up', async () => {
    const { end } = await supervised(['sleep', '4713'], { timeoutSeconds: 1 })
    expect(end).toEqual({ how: 'stopped', why: 'time', status: 143 })
  })

  it('is ended by the node when its connection is gone', async () => {
    const end = await stopped(['sh', '-c', 'echo here; exec sleep 4714'], async () => {
      const { stdout } = await run('pgrep', ['-f', `ssh -F ${node.folder}`])
      for (const pid of stdout.toString().trim().split('\n')) process.kill(Number(pid), 'SIGKILL')
    })
    expect(end).toMatchObject({ how: 'lost', failure: { code: 'COMMAND_MAY_GO_ON' } })
    const left = async (): Promise<string> =>
      (await node.inside('pgrep', '-f', 'sleep 4714')).stdout.toString()
    await expect.poll(left, { timeout: 10_000 }).toBe('')
  })

  it('that a node does not start is told with the reason', async () => {
    await transport.close()
    transport = await node.transport([node.dial('ada', { port: 1 })])
    expect((await supervised(['true'])).end).toMatchObject({
      how: 'failed',
      failure: { code: 'NODE_UNREACHABLE' },
    })
  })

  it('runs as root behind a password of sudo, and sees neither the password nor anything of it', async () => {
    await transport.close()
    const lee = node.dial('ada', { user: 'lee', sudo: 'password' })
    const sudoPassword = (): Promise<string> => Promise.resolve('swordfish')
    transport = await node.transport([lee], { sudoPassword })
    expect((await supervised(['id', '-un'])).stdout.toString()).toBe('lee\n')
    const { end, stdout } = await supervised(['sh', '-c', 'id -un; cat'], {
      asRoot: true,
      input: Buffer.from('given'),
    })
    expect([end, stdout.toString()]).toEqual([{ how: 'ended', status: 0 }, 'root\ngiven'])
  })

  it('is told to need a password of sudo when there is none', async () => {
    await transport.close()
    transport = await node.transport([node.dial('ada', { user: 'lee', sudo: 'nopasswd' })])
    const { end } = await supervised(['true'], { asRoot: true })
    expect(end).toMatchObject({ how: 'failed', failure: { code: 'SUDO_PASSWORD_NEEDED' } })
  })
})
