/** A watcher whose clock goes back (prometheus/prometheus#10028): `npm run test:emulated`. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { labKill, labPreflight, labStart } from '../../../src/lab/lab.ts'
import { poll } from '../../../src/support/poll.ts'
import { ClusterUnderTest, hasNoLab } from '../../lab/cluster-under-test.ts'
import { answerOf } from '../monitoring/panels.ts'

const TEXT = `cluster: watcher
domain: office.example.net
access: { user: pi }
lab: { share_memory: true, emulate: [ant] }
nodes:
  ant: { address: 192.0.2.10, model: pi4, memory: 1GiB }
roles:
  base: { on: all, time: { sync: false } }
  node-exporter: { on: all }
  prometheus: { on: all, interval: 15s, keep: 15d }
`
const DAY_SECONDS = 86_400
const PATIENCE = { patienceSeconds: 600, pauseSeconds: 3 }

const lacking = await labPreflight({ emulated: true })
if (lacking.length > 0)
  console.log(`skipped, there can be no emulated nodes here:\n  ${lacking.join('\n  ')}`)

const answerSchema = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
})

describe.skipIf(hasNoLab || lacking.length > 0)('a watcher with a clock that is wrong', () => {
  const cluster = new ClusterUnderTest('watcher', TEXT)

  /** How old the newest sample of each target is, in seconds. */
  async function ages(): Promise<readonly number[]> {
    const text = await answerOf(cluster, 'ant', 9090, 'time() - timestamp(up)')
    if (!text.startsWith('{')) return []
    return answerSchema.parse(JSON.parse(text)).data.result.map(({ value }) => Number(value[1]))
  }
  async function untilFresh(): Promise<void> {
    const asked = await poll(async () => {
      const found = await ages()
      const passed = found.length === 2 && found.every((age) => age < 30)
      return { passed, detail: found.join(', ') }
    }, PATIENCE)
    expect(asked.passed, `ages of the newest samples: ${asked.detail}`).toBe(true)
  }
  const secondsOf = async (): Promise<number> => Number(await cluster.output('ant', 'date', '+%s'))
  const bootAhead = async (days: number): Promise<void> => {
    await labKill(cluster.id, 'ant')
    await labStart(cluster.id, 'ant', { clock: new Date(Date.now() + days * DAY_SECONDS * 1000) })
    expect((await secondsOf()) - Date.now() / 1000).toBeGreaterThan((days - 1) * DAY_SECONDS)
    await untilFresh()
  }
  const status = async (): Promise<string> => {
    const { text, errors } = await cluster.bramble('status')
    return text + errors
  }

  beforeAll(async () => {
    await cluster.labUp()
    await cluster.apply()
  })
  afterAll(() => cluster.remove())

  it('goes on storing what it fetches when its clock goes back by a day', async () => {
    await bootAhead(1)
    await cluster.output('ant', 'date', '-s', '-1 day')
    await untilFresh()
    await cluster.well()
  })

  it('is said to store nothing, and why, when its clock goes back further than what it keeps', async () => {
    await bootAhead(30)
    await cluster.output('ant', 'date', '-s', '-30 days')
    const said = await poll(async () => {
      const text = await status()
      return {
        passed: /fetched nothing lately: its clock went back, and it has samples of 20/.test(text),
        detail: text,
      }
    }, PATIENCE)
    expect(said.passed, said.detail).toBe(true)
  })
})
