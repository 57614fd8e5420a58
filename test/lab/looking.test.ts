/** `logs`, `top` and `status --watch` as a user types them: on nodes of the lab, on fifty that are one of them, and where there is no journal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BoardReading, LogEvent } from '../../src/api/index.ts'
import { clusterFolder } from '../../src/api/folder/cluster-folder.ts'
import { labExec, labState } from '../../src/lab/lab.ts'
import { madeUpNodes, type MadeUpNodes } from '../cli/made-up-nodes.ts'
import { TestTerminal, hasTerminal } from '../cli/terminal.ts'
import { noScratchNodes } from '../delivery/scratch-node.ts'
import { ClusterUnderTest } from './cluster-under-test.ts'

if (noScratchNodes !== undefined) console.warn(`looking.test.ts is skipped: ${noScratchNodes}`)

const CTRL_C = '\u0003'
const CLEAR_LINE = '\u001b['

const FILE = `cluster: looking
domain: office.example.net
access: { user: pi }
nodes:
  ada: { address: 192.0.2.1, model: pi4, memory: 1GiB }
  bee: { address: 192.0.2.2, model: pi4, memory: 1GiB }
roles:
  base: { on: ada }
services:
  greeter: { on: [bee], run: { unit: greeter.service } }
`

function parsed<Item>(text: string): Item[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Item)
}

function texts(events: readonly LogEvent[]): string[] {
  return events.flatMap((event) => (event.type === 'entry' ? [`${event.node} ${event.text}`] : []))
}

describe.skipIf(noScratchNodes !== undefined)('looking at nodes', () => {
  const cluster = new ClusterUnderTest('looking', FILE)
  let many: MadeUpNodes
  beforeAll(async () => {
    const up = await cluster.bramble('lab', 'up')
    expect(up, up.errors).toMatchObject({ code: 0 })
    // Fifty boards have fifty SSH servers, each of which lets ten log in at once.
    const crowd = 'echo MaxStartups 100 >/etc/ssh/sshd_config.d/10-crowd.conf; systemctl restart ssh'
    await labExec(cluster.id, 'ada', ['sh', '-c', crowd])
    const [ada] = await labState(cluster.id)
    const identityFile = clusterFolder(cluster.folder, true).labKeyFile
    many = await madeUpNodes(50, { host: ada?.address ?? '', port: 22, user: 'pi', identityFile })
  })
  afterAll(async () => {
    await many?.remove()
    await cluster.remove()
  })

  /** Writes an entry into the journal of a node, as a unit would. */
  async function writes(node: string, unit: string, text: string): Promise<void> {
    await labExec(cluster.id, node, ['systemd-run', '--quiet', '--wait', `--unit=${unit}`, 'echo', text])
  }

  it('shows what units of several nodes have written, in the order of its times', async () => {
    for (const [node, text] of [
      ['bee', 'one'],
      ['ada', 'two'],
      ['bee', 'three'],
    ] as const)
      await writes(node, 'greeter', text)
    const { code, text, errors } = await cluster.bramble('--json', 'logs', '-n', 'ada,bee', 'greeter.service')
    expect([code, errors]).toEqual([0, ''])
    const said = texts(parsed<LogEvent>(text)).filter((line) => / (one|two|three)$/.test(line))
    expect(said).toEqual(['bee one', 'ada two', 'bee three'])
    const human = await cluster.bramble('logs', 'greeter', '--since', '1h')
    expect(human.text).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} bee echo\[\d+\]: three$/m)
    // A declared service is read where it is declared.
    expect(human.text).not.toContain(' ada ')
    expect((await cluster.bramble('logs', '-n', 'bee', 'greeter.service', '--lines', '0')).text).toBe('')
  })

  it('reads the units of a role, and a whole journal', async () => {
    const { code, text } = await cluster.bramble('--json', 'logs', '-n', 'bee', '--lines', '3')
    expect([code, texts(parsed<LogEvent>(text)).length]).toEqual([0, 3])
    const ofRole = await cluster.bramble('--json', 'logs', 'base')
    expect(parsed<LogEvent>(ofRole.text).filter(({ type }) => type === 'node-finished')).toMatchObject([
      { node: 'ada' },
    ])
  })

  it('says what no node has, and what nothing is called', async () => {
    const { code, errors } = await cluster.bramble('logs', '-n', 'all', 'nosuch')
    expect(code).toBe(1)
    expect(errors).toMatch(
      /^ada: has no unit nosuch\.service\nbee: has no unit nosuch\.service\nThere are no entries\.$/m,
    )
    const wrong = await cluster.bramble('logs', 'gree ter')
    expect([wrong.code, wrong.errors]).toEqual([1, expect.stringContaining('LOGS_UNKNOWN')])
    const late = await cluster.bramble('logs', '--since', 'lunch')
    expect([late.code, late.errors]).toEqual([64, expect.stringContaining('--since lunch is no time')])
  })

  it('follows fifty nodes until it is stopped, and says which it does not reach', async () => {
    let isSent = false
    const over = new AbortController()
    const run = many.bramble(['logs', '-f', 'follower.service', '--lines', '0'], {
      watched: (text, signal) => {
        const heard = new Set(text.match(/n\d\d {2}echo\[\d+\]: over here/g)?.map((line) => line.slice(0, 3)))
        if (isSent || heard.size < 49) return
        isSent = true
        signal('SIGINT')
      },
    })
    void run.then(() => over.abort())
    // Again, until everybody who listens has heard it.
    while (!over.signal.aborted) await writes('ada', 'follower', 'over here')
    const { code, out } = await run
    expect(code).toBe(130)
    expect(isSent).toBe(true)
    expect(out).not.toContain('gone')
  })

  it('tells how boards are, the worst first, and what they do not tell', async () => {
    const { code, out } = await many.bramble(['top', '--json'])
    const boards = JSON.parse(out) as BoardReading[]
    expect([code, boards.length]).toEqual([3, 50])
    // On a computer that has much else to do others may be late, too.
    const lost = boards.filter(({ reached }) => !reached)
    expect(lost.map(({ node }) => node)).toContain('gone')
    expect(boards.slice(0, lost.length)).toEqual(lost)
    const first = boards[lost.length]
    expect(first?.memory?.totalBytes).toBe(1024 ** 3)
    expect(first?.unknown).toEqual(['wear'])
    const human = await many.bramble(['top', '-n', 'n01,n02'])
    const shown = Buffer.from(human.out, 'latin1').toString()
    expect(shown).toMatch(/^n01 .* – .*$/m)
    expect(shown).toMatch(/– is not told, so not known: .*wear by all 2/)
  })

  it('prints a block each time that something has changed', async () => {
    let isSent = false
    const { code, out } = await many.bramble(['top', '-n', 'n01', '--watch', '1', '--json'], {
      watched: (text, signal) => {
        if (isSent || text.trimEnd().split('\n').length < 2) return
        isSent = true
        signal('SIGINT')
      },
    })
    expect(code).toBe(130)
    for (const round of parsed<{ at: string; nodes: BoardReading[] }>(out))
      expect(round).toMatchObject({ at: expect.stringMatching(/Z$/) as string, nodes: [{ node: 'n01' }] })
  })

  it.skipIf(!hasTerminal).each([80, 200])(
    'redraws on a terminal of %i columns, and leaves what it saw last',
    async (columns) => {
      for (const words of [
        ['top', '--watch', '1', '-n', 'n01'],
        ['status', '--watch', '1', '-n', 'n01'],
      ]) {
        const terminal = new TestTerminal(many.folder, [...many.program, ...words], {
          columns,
          environment: many.environment,
        })
        await terminal.shows(/again every 1 s; Ctrl-C ends/)
        await terminal.shows(
          new RegExp(`again every 1 s[^]*${CLEAR_LINE.replace('[', '\\[')}[^]*again every 1 s`),
        )
        terminal.type(CTRL_C)
        expect(await terminal.ended()).toBe(130)
        expect(terminal.text.trimEnd()).toMatch(/n01[^\n]*[^]*$/)
        expect(terminal.text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(
          terminal.text.lastIndexOf('\u001b[?25l'),
        )
      }
    },
  )
})

describe.skipIf(noScratchNodes !== undefined)('a node', () => {
  it('whose clock is wrong is told, and one that keeps no journal', async () => {
    const prepare =
      'printf "#!/bin/sh\\nexec /run/bin/date -d +90seconds \\"\\$@\\"\\n" >/run/bin/later; cp /usr/bin/date /run/bin/date; chmod 755 /run/bin/later; mount --bind /run/bin/later /usr/bin/date; mount --bind /dev/null /usr/bin/journalctl'
    const nodes = await madeUpNodes(2, undefined, prepare)
    try {
      const { code, err } = await nodes.bramble(['logs', '-n', 'n01', 'foo'])
      expect(code).toBe(1)
      expect(err).toMatch(/the clock of n01 is (89|90|91) s ahead of this computer/)
      expect(err).toContain('n01: keeps no journal that can be read')
      const { out } = await nodes.bramble(['logs', '-n', 'n01', 'foo', '--json'])
      expect(out).toContain('"code":"LOGS_UNREADABLE"')
    } finally {
      await nodes.remove()
    }
  })
})
