/** `logs` as a user types it: on nodes of the lab, and where there is no journal. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LogEvent } from '../../src/api/index.ts'
import { labExec } from '../../src/lab/lab.ts'
import { madeUpNodes } from '../cli/made-up-nodes.ts'
import { noScratchNodes } from '../delivery/scratch-node.ts'
import { ClusterUnderTest } from './cluster-under-test.ts'

if (noScratchNodes !== undefined) console.warn(`looking.test.ts is skipped: ${noScratchNodes}`)

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
  beforeAll(async () => {
    const up = await cluster.bramble('lab', 'up')
    expect(up, up.errors).toMatchObject({ code: 0 })
  })
  afterAll(() => cluster.remove())

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
    } finally {
      await nodes.remove()
    }
  })
})
