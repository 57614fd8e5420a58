/** The gate of a real agent: nothing counts that a server does not see, and no check that has not passed since the last change. */
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../../test/delivery/scratch-node.ts'
import { eventually } from '../../../test/engines/consul/eventually.ts'
import { describeEachConsul } from '../../../test/engines/consul/each-consul.ts'
import { DatacenterUnderTest, DOORBELL, failures, SERVERS } from '../../../test/engines/consul/under-test.ts'
import type { NodeChange } from '../contract.ts'
import { agentGate } from './agent-gate.ts'

/** What a run says of a node whose agent was told to read its files again just now. */
function reloaded(): NodeChange {
  const differences = [{ field: 'configuration', is: 'has read another', wanted: 'as wanted' }]
  return {
    since: new Date(),
    changed: [{ address: 'service:consul.service', action: 'update', differences }],
  }
}

await describeEachConsul(90, (binary) => {
  let dc: DatacenterUnderTest
  let bell: Server
  let port = 0

  beforeAll(async () => {
    port = await freePort()
    const check = { tcp: `127.0.0.1:${port}`, interval: '1s', timeout: '1s' }
    dc = await DatacenterUnderTest.start(binary, { services: { ears: [{ ...DOORBELL, checks: [check] }] } })
    bell = createServer((socket) => socket.destroy())
  })
  afterAll(async () => {
    bell.close()
    await dc.home.end()
  })

  const gate = () =>
    agentGate({
      node: 'ears',
      access: { authorityPem: dc.home.access.authorityPem, token: dc.home.token('ears').secretId },
      servers: SERVERS,
      management: dc.home.access,
      services: dc.home.services('ears'),
    })

  const says = (what: RegExp, asked = gate(), change?: NodeChange) =>
    eventually(`the gate says ${what}`, 60, async () => {
      const { detail } = await asked.ask(dc.home.link, change)
      return what.test(detail) || detail
    })

  it('stays shut while the token of the agent is not known', async () => {
    await says(/the token of ears is not known yet/)
    expect(await gate().ask(dc.home.link)).toMatchObject({ passed: false })
  })

  it('stays shut while a declared check has not passed, as a server sees it', async () => {
    expect(failures(await dc.converge())).toEqual([])
    await says(/^doorbell is critical: /)
    expect(await gate().ask(dc.home.link)).toMatchObject({ passed: false })
  })

  it('opens once it has, and then DNS answers at once', async () => {
    await new Promise<void>((done) => bell.listen(port, '127.0.0.1', done))
    await says(/^ears is a member with 1 service$/)
    expect(await dc.dig('hammond', 'doorbell.service.lab.example.net')).toBe(dc.home.address('ears'))
  })

  it('does not count a result from before a reload, which the agent keeps', async () => {
    await new Promise((done) => bell.close(done))
    const change = reloaded()
    dc.home.reload('ears')
    const asked = gate()
    // Until it is checked anew its last result still stands, and is not enough.
    expect(await asked.ask(dc.home.link, change)).toMatchObject({ passed: false })
    await says(/^doorbell is critical: /, asked, change)
    await new Promise<void>((done) => bell.listen(port, '127.0.0.1', done))
    await says(/^ears is a member with 1 service$/, asked, change)
  })

  describe('with what does not change', () => {
    it('opens after a reload, when every check has had its time to run', async () => {
      const change = reloaded()
      dc.home.reload('ears')
      const asked = gate()
      await says(/^ears is a member with 1 service$/, asked, change)
      expect(Date.now() - change.since.getTime()).toBeGreaterThan(1000)
    })
  })
})
