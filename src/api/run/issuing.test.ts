import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { issues, issuingByClocks } from './issuing.ts'
import { openCluster } from '../open.ts'
import { prepare, type Prepared } from './prepare.ts'

const DAY = 24 * 60 * 60
const CLUSTER = `cluster: office
domain: home.arpa
nodes:
  ada: { address: 192.0.2.1, model: pi4, memory: 4GiB }
  grace: { address: 192.0.2.2, model: pi4, memory: 4GiB }
  joan: { address: 192.0.2.3, model: pi4, memory: 4GiB }
roles:
  consul-server: { on: [ada], source: package, version: "1.8.7", unmaintained: accepted }
  consul-client: { on: [grace] }
`

let folder = ''
let prepared: Prepared
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bramble-issuing-'))
  writeFileSync(join(folder, 'cluster.yaml'), CLUSTER)
  const result = await openCluster({ folder, lab: false, identityFile: join(folder, 'identity.txt') })
  if (!('cluster' in result)) throw new Error(JSON.stringify(result.diagnostics))
  prepared = await prepare(result.cluster, {}, 'create', () => Promise.resolve(new Map()))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const reading = (node: string, seconds: number) => ({ node, seconds, hasSource: false })

describe('certificates and clocks', () => {
  it('issues when all agree within a minute', async () => {
    expect(issues(prepared)).toBe(true)
    const all = ['ada', 'grace', 'joan'].map((node) => reading(node, 30))
    expect(await issuingByClocks(prepared, all)).toEqual({ refusals: [], withheld: new Map() })
  })

  it('issues nothing while this computer is 250 days ahead of nodes that agree (COMPUTER_CLOCK_WRONG)', async () => {
    const all = ['ada', 'grace', 'joan'].map((node) => ({ ...reading(node, -250 * DAY), hasSource: true }))
    const { refusals } = await issuingByClocks(prepared, all)
    expect(refusals).toMatchObject([
      {
        code: 'COMPUTER_CLOCK_WRONG',
        summary: 'the clock of this computer is 250 days ahead of ada, grace, joan',
        fix: expect.stringMatching(/timedatectl set-ntp true/) as string,
      },
    ])
  })

  it('names both possibilities when nobody has a time server', async () => {
    const others = ['ada', 'grace', 'joan'].map((node) => reading(node, -250 * DAY))
    const verdict = await issuingByClocks(prepared, others)
    // Where this computer has one, the nodes are wrong.
    const [refusal] = verdict.refusals
    if (refusal) expect(refusal.fix).toMatch(/it is the nodes: bramble ssh ada -- sudo date --set/)
    else expect([...verdict.withheld.keys()]).toEqual(['ada', 'grace'])
  })

  it('leaves the one node out whose clock is wrong, if it is to have a certificate; the others go on', async () => {
    const { refusals, withheld } = await issuingByClocks(prepared, [
      reading('ada', 0),
      reading('grace', -9000 * DAY),
      reading('joan', 0),
    ])
    expect(refusals).toEqual([])
    expect([...withheld]).toMatchObject([
      ['grace', { code: 'CLOCK_WRONG', message: 'the clock of grace is 25 years behind' }],
    ])
    const bare = await issuingByClocks(prepared, [
      reading('ada', 0),
      reading('grace', 0),
      reading('joan', DAY),
    ])
    expect(bare.withheld.size).toBe(0)
  })

  it('says nothing of this computer’s clock when nothing is to be issued', async () => {
    const { secrets: _, ...rest } = prepared
    const idle = { ...rest, secrets: { list: () => [] } } as unknown as Prepared
    const all = ['ada', 'grace', 'joan'].map((node) => ({ ...reading(node, -100 * DAY), hasSource: true }))
    expect(await issuingByClocks(idle, all)).toEqual({ refusals: [], withheld: new Map() })
  })
})
