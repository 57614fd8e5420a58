import { existsSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { noScratchNodes, programOf, pushRun, scratchNode } from '../../../test/delivery/scratch-node.ts'
import type { ScratchNode } from '../../../test/delivery/scratch-node.ts'
import type { EventBody } from '../../events/event.ts'
import { file } from '../../resources/file/file.ts'
import type { Transport } from '../transport/transport.ts'
import { converge, observe } from './push.ts'

if (noScratchNodes !== undefined) console.warn(`strange-node.test.ts is skipped: ${noScratchNodes}`)

const quiet = (): void => undefined
const program = programOf('ada', [file({ path: '/srv/greeting', content: "it's \\n \\\\ $HOME\n" })])

describe.skipIf(noScratchNodes !== undefined)('a strange node', () => {
  let node: ScratchNode | undefined
  let transport: Transport | undefined
  afterEach(async () => {
    await transport?.close()
    await node?.remove()
  })

  /** A node that prints this, whatever it is asked. */
  async function liar(command: string): Promise<Transport> {
    node = await scratchNode({ sshd: [`ForceCommand ${command}`] })
    transport = await node.transport([node.dial('ada')])
    return transport
  }

  it.each([
    ['speaks for another node', "printf '@\\tready\\n@\\thello\\t1\\teve\\n'", 'the line'],
    ['names a resource of nobody', "printf '@\\tready\\n@\\tchanged\\tffffffffffff\\n'", 'the line'],
    ['does not stop', 'yes', 'more than 200000 lines'],
    ['does not end its line', 'cat /dev/zero', 'a line of more than 1048576 bytes'],
  ])('that %s is NODE_BABBLED', async (_, command, what) => {
    const push = pushRun(await liar(command))
    const seen = await observe(push, program, 'plan', quiet)
    expect(seen).toMatchObject({ reached: false, failure: { code: 'NODE_BABBLED' } })
    expect(seen.reached || seen.failure.summary).toContain(what)
  })

  it.each([
    ['talks without end', "while printf '@\\tready\\n'; do sleep 0.1; done"],
    ['says byte after byte and never a line', 'while printf x; do sleep 0.1; done'],
  ])('that %s, slowly enough to break no other limit, is NODE_BABBLED in the end', async (_, command) => {
    const push = pushRun(await liar(command), { silenceSeconds: 30, longestSeconds: 2 })
    const seen = await observe(push, program, 'plan', quiet)
    expect(seen).toMatchObject({ reached: false, failure: { code: 'NODE_BABBLED' } })
    expect(seen.reached || seen.failure.summary).toContain('more and more for 2 s')
  })

  it('that writes errors without end is NODE_TIMED_OUT, and little of it is kept', async () => {
    const push = pushRun(await liar("printf '@\\tready\\n'; yes >&2"), { silenceSeconds: 2 })
    const before = process.memoryUsage().rss
    const seen = await observe(push, program, 'plan', quiet)
    expect(seen).toMatchObject({ reached: false, failure: { code: 'NODE_TIMED_OUT' } })
    expect(process.memoryUsage().rss - before).toBeLessThan(150 << 20)
  })

  it.each([
    ["printf '@\\tready\\n'; sleep 100", 'ada was silent for 1 s during the check'],
    ["printf '@\\tready\\n@\\thello\\t1\\tada\\n'; sleep 100", 'ada was silent for 1 s during the check'],
  ])('that hangs is NODE_TIMED_OUT', async (command, summary) => {
    const push = pushRun(await liar(command), { silenceSeconds: 1 })
    expect(await observe(push, program, 'plan', quiet)).toMatchObject({
      failure: { code: 'NODE_TIMED_OUT', summary },
    })
  })

  it.each(['echo "This account is currently not available."; exit 1', 'exit 0'])(
    'that logs us in and runs nothing is LOGIN_RUNS_NOTHING',
    async (command) => {
      const push = pushRun(await liar(command))
      expect(await observe(push, program, 'plan', quiet)).toMatchObject({
        failure: { code: 'LOGIN_RUNS_NOTHING' },
      })
    },
  )

  it('that ends early is PROGRAM_BROKE_OFF, and its last words are shown harmless', async () => {
    const push = pushRun(await liar("printf '@\\tready\\nboom \\033[2J\\n'; exit 3"))
    expect(await observe(push, program, 'plan', quiet)).toMatchObject({
      failure: {
        code: 'PROGRAM_BROKE_OFF',
        summary: 'the program of ada did not come to its end: it ended with status 3 during the check',
        output: ['boom \u241b[2J'],
      },
    })
  })

  it.each([
    [
      '1000000000',
      'CLOCK_WRONG',
      /^the clock of ada is \d+ years behind; .*bramble ssh ada -- sudo date --set @/,
    ],
    ['9999999999', 'CLOCK_WRONG', /^the clock of ada is \d+ years ahead; /],
  ])('whose clock shows %s is warned of', async (clock, code, text) => {
    const lines = ['ready', 'hello\\t1\\tada', `fact\\tclock\\t${clock}`, 'finished\\t0\\t0\\t0\\t']
    const push = pushRun(await liar(`printf '${lines.map((line) => `@\\t${line}\\n`).join('')}'`))
    const events: EventBody[] = []
    expect(await observe(push, program, 'plan', (event) => events.push(event))).toMatchObject({
      reached: true,
    })
    expect(events).toContainEqual({
      type: 'warning',
      node: 'ada',
      code,
      text: expect.stringMatching(text) as string,
    })
  })

  const rc = 'echo "Welcome"; sh -c "echo more noise >&2"; printf "no end of line"'
  it.each([
    ['bash', '/bin/bash', '/root/.bashrc'],
    ['zsh', '/usr/bin/zsh', '/root/.zshenv'],
    ['fish', '/usr/bin/fish', '/root/.config/fish/config.fish'],
    ['busybox', '/run/bin/sh', '/root/.profile'],
    ['tcsh', '/usr/bin/tcsh', '/root/.tcshrc'],
    ['csh', '/usr/bin/bsd-csh', '/root/.cshrc'],
    ['rbash', '/usr/bin/rbash', '/root/.bashrc'],
  ])('with %s as its login shell and noise in the start-up files is none', async (name, shell, startUp) => {
    if (name !== 'busybox' && !existsSync(shell)) {
      console.warn(`not tried: ${name} is not installed`)
      return
    }
    const prepare = [
      'mount -t tmpfs -o mode=700 scratch /root',
      'cp /usr/bin/busybox /run/bin/sh',
      `sed -i 's,^\\(root:.*\\):[^:]*$,\\1:${shell},' /etc/passwd`,
      `mkdir -p ${startUp.slice(0, startUp.lastIndexOf('/'))}`,
      `echo '${rc}' >${startUp}`,
    ]
    node = await scratchNode({ prepare: prepare.join('\n') })
    transport = await node.transport([node.dial('ada')])
    const push = pushRun(transport)
    const found = await observe(push, program, 'apply', quiet)
    if (!found.reached) throw new Error(JSON.stringify(found.failure))
    expect(await converge(push, program, found, quiet)).toMatchObject({
      reached: true,
      summary: { changed: 1 },
    })
    expect(await node.text('/srv/greeting')).toBe("it's \\n \\\\ $HOME\n")
    expect(await observe(pushRun(transport), program, 'apply', quiet)).toMatchObject({
      reached: true,
      differing: [],
    })
  })

  it('that has nothing but busybox is none', async () => {
    // The folder that sessions look into first has all of its applets, so nothing else is found.
    const prepare = 'mount -t tmpfs scratch /usr/local/sbin; busybox --install -s /usr/local/sbin'
    node = await scratchNode({ prepare, sshd: ['SetEnv PATH=/usr/local/sbin:/usr/bin:/bin'] })
    transport = await node.transport([node.dial('ada')])
    const push = pushRun(transport)
    const found = await observe(push, program, 'apply', quiet)
    if (!found.reached) throw new Error(JSON.stringify(found.failure))
    expect(await converge(push, program, found, quiet)).toMatchObject({
      reached: true,
      summary: { changed: 1 },
    })
    const again = pushRun(transport)
    expect(await observe(again, program, 'apply', quiet, { link: true })).toMatchObject({
      reached: true,
      differing: [],
    })
    expect((await node.inside('readlink', '/usr/local/sbin/tail')).stdout.toString()).toContain('busybox')
  })
})
