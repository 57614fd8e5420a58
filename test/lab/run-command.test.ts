/** `bramble run` as a user types it, on fifty nodes that are one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandEvent } from '../../src/events/command-event.ts'
import { madeUpNodes, type MadeUpNodes } from '../cli/made-up-nodes.ts'
import { TestTerminal, hasTerminal } from '../cli/terminal.ts'
import { noScratchNodes } from '../delivery/scratch-node.ts'

if (noScratchNodes !== undefined) console.warn(`run-command.test.ts is skipped: ${noScratchNodes}`)

const CTRL_C = '\u0003'

describe.skipIf(noScratchNodes !== undefined)('run on fifty nodes', () => {
  let nodes: MadeUpNodes
  beforeAll(async () => {
    nodes = await madeUpNodes(50)
  })
  afterAll(() => nodes.remove())

  it('prints whole lines by node, and at the end which nodes did not end well', async () => {
    const line = 'x'.repeat(2000)
    const words = ['run', '-n', 'all', '-s', `for i in 1 2 3; do echo ${line}$i; done; echo oh >&2`]
    const { code, out, err } = await nodes.bramble(words)
    const lines = out.trimEnd().split('\n')
    expect(lines).toHaveLength(49 * 3)
    expect(lines.filter((each) => !/^n\d\d {2}\| x{2000}[123]$/.test(each))).toEqual([])
    expect(err.match(/^n\d\d {2}\| oh$/gm)).toHaveLength(49)
    expect(err).toMatch(/^well on 49 of 50 nodes\ngone: cannot be reached at 127\.0\.2\.1/m)
    expect(code).toBe(3)
  })

  it('sums the statuses up', async () => {
    const words = ['run', '-n', 'n0[1-4]', '-s', 'test "$(($$ % 1))" = 1']
    const { code, err } = await nodes.bramble(words)
    expect([code, err]).toEqual([1, 'well on 0 of 4 nodes\nn01, n02, n03 and n04: ended with 1\n'])
  })

  it('tells programs the same, one event a line', async () => {
    const { code, out, err } = await nodes.bramble([
      'run',
      '-n',
      'n01,n02,gone',
      '--json',
      '--',
      'printf',
      '%s',
      'a b',
      '$HOME',
      '\u001b[31m',
    ])
    const events = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as CommandEvent)
    const of = (type: CommandEvent['type']): CommandEvent[] => events.filter((event) => event.type === type)
    expect([code, err]).toEqual([3, ''])
    expect(events[0]).toMatchObject({ type: 'command-started', nodes: ['n01', 'n02', 'gone'] })
    expect(of('output').map((event) => 'text' in event && event.text)).toEqual(
      Array.from({ length: 2 }, () => 'a b$HOME\u001b[31m'),
    )
    expect(of('node-finished')).toHaveLength(3)
    expect(events.at(-1)).toMatchObject({
      type: 'command-finished',
      outcome: 'unreached',
      failedNodes: [],
      unreachedNodes: ['gone'],
      unfinishedNodes: [],
    })
  })

  it('of one node gives its bytes and nothing else, and takes what stands on standard input', async () => {
    const input = 'a\u0000b\r\nno end'
    const given = await nodes.bramble(['run', '-n', 'n01', '-i', '--', 'cat'], { input })
    expect(given).toEqual({ code: 0, out: input, err: '' })
    const ignored = await nodes.bramble(['run', '-n', 'n01', '--', 'cat'], { input })
    expect(ignored).toEqual({ code: 0, out: '', err: '' })
    const binary = await nodes.bramble(['run', '-n', 'n01', '-s', String.raw`printf '\377\n\200'`])
    expect(binary.out).toBe('\u00ff\n\u0080')
  })

  it('ends the programs with the first Ctrl-C, and says how that went', async () => {
    let isSent = false
    const words = ['run', '-n', 'all,not:gone', '-s', 'echo here; exec sleep 4715']
    const { code, err } = await nodes.bramble(words, {
      watched: (text, signal) => {
        if (isSent || (text.match(/here/g)?.length ?? 0) < 49) return
        isSent = true
        signal('SIGINT')
      },
    })
    expect(code).toBe(130)
    expect(err).toMatch(/^Stopping: the program is ended on n01, .* and 44 more\./)
    expect(err).toMatch(/^well on 0 of 49 nodes\nn01, .*: interrupted, ended with 143$/m)
    expect((await nodes.node?.inside('pgrep', '-f', 'sleep 4715'))?.stdout.toString()).toBe('')
  })

  it('ends the programs when their time is up', async () => {
    const { code, err } = await nodes.bramble([
      'run',
      '-n',
      'n01,n02',
      '--timeout',
      '1',
      '--',
      'sleep',
      '4716',
    ])
    expect([code, err]).toEqual([1, 'well on 0 of 2 nodes\nn01 and n02: its time was up, ended with 143\n'])
  })

  it.skipIf(!hasTerminal).each([80, 200])(
    'moves no cursor of a terminal of %i columns, and hears Ctrl-C',
    async (columns) => {
      const words = [
        ...nodes.program,
        'run',
        '-n',
        'n01,n02',
        '-s',
        '"printf \'\\\\033[2Jcls\\\\n\'; exec sleep 4717"',
      ]
      const terminal = new TestTerminal(nodes.folder, words, { columns, environment: nodes.environment })
      await terminal.shows(/n01 \| ␛\[2Jcls/)
      await terminal.shows(/n02 \| ␛\[2Jcls/)
      expect(terminal.text).not.toContain('\u001b[2J')
      terminal.type(CTRL_C)
      await terminal.shows('n01 and n02: interrupted, ended with 143')
      expect(await terminal.ended()).toBe(130)
    },
  )
})
