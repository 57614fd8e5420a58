/** The tokens of agents and services while nodes and services come, change and go. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask } from '../../../test/engines/consul/answers.ts'
import { eventually } from '../../../test/engines/consul/eventually.ts'
import { describeEachConsul } from '../../../test/engines/consul/each-consul.ts'
import { Eavesdropper } from '../../../test/engines/consul/eavesdropper.ts'
import { DatacenterUnderTest, failures, SERVERS } from '../../../test/engines/consul/under-test.ts'
import { agentGate } from './agent-gate.ts'
import { HTTP_PORT } from './names.ts'

await describeEachConsul(90, (binary) => {
  const check = (port: number) => ({ tcp: `:${port}`, interval: '1h', timeout: '1s' })
  const doorbell = { name: 'doorbell', port: 8080, tags: [], meta: {}, checks: [check(9), check(10)] }
  const lamp = { ...doorbell, name: 'lamp', checks: [] }
  let dc: DatacenterUnderTest
  beforeAll(async () => {
    dc = await DatacenterUnderTest.start(binary)
    expect(failures(await dc.converge())).toEqual([])
  }, 90_000)
  afterAll(() => dc.home.end())

  const get = async (path: string, token?: string): Promise<{ status: number; text: string }> =>
    ask(
      {
        address: dc.home.address('ears'),
        port: HTTP_PORT,
        secure: false,
        ...(token !== undefined && { token }),
      },
      { method: 'GET', path },
    )
  /** The services and checks of ears in the catalog. */
  const registered = async (): Promise<string> => {
    const services = JSON.parse((await get('/v1/catalog/node/ears')).text) as { Services: object } | null
    const checks = JSON.parse((await get('/v1/health/node/ears')).text) as { CheckID: string }[]
    const names = [...Object.keys(services?.Services ?? {}), ...checks.map(({ CheckID }) => CheckID)]
    return names
      .filter((name) => name !== 'serfHealth')
      .sort()
      .join(' ')
  }
  const becomes = (wanted: string): Promise<void> =>
    eventually(`the catalog has ${wanted}`, 60, async () => {
      const found = await registered()
      return found === wanted || found
    })

  it('a service that comes to a living agent is registered as soon as its token is known', async () => {
    await becomes('doorbell')
    dc.home.changeServices('ears', [doorbell, lamp])
    const made = await dc.converge()
    expect(failures(made)).toEqual([])
    expect(made.map(({ address, action }) => `${action} ${address}`).sort()).toEqual([
      'create consul-policy:bramble-service-lamp',
      'create consul-token:service/ears/lamp',
    ])
    await becomes('doorbell lamp service:doorbell service:doorbell:2')
  })

  it('one that goes while its agent is down leaves nothing in the catalog, nor does a check', async () => {
    const { secretId } = dc.home.serviceToken('ears', 'lamp')
    await dc.home.stop('ears')
    dc.home.changeServices('ears', [{ ...doorbell, checks: [check(9)] }])
    dc.home.start('ears')
    await eventually('the agent is back', 60, async () => {
      const { status, text } = await get('/v1/agent/self', dc.home.token('ears').secretId)
      return status === 200 || text
    })
    expect(failures(await dc.converge())).toEqual([])
    await becomes('doorbell service:doorbell')
    expect(await dc.check()).toEqual([])
    expect((await dc.home.consul('hammond', ['acl', 'token', 'read', '-self'], secretId)).code).not.toBe(0)
  })

  it('a token that somebody gave more rights is put back', async () => {
    const { accessorId } = dc.home.serviceToken('ears', 'doorbell')
    const more = [
      'acl',
      'token',
      'update',
      `-id=${accessorId}`,
      '-service-identity=camera',
      '-merge-policies',
    ]
    expect((await dc.home.consul('hammond', more)).code).toBe(0)
    const is = 'bramble-service-doorbell, service identity camera'
    expect(await dc.check()).toEqual([
      expect.objectContaining({
        address: 'consul-token:service/ears/doorbell',
        differences: [{ field: 'grants', is, wanted: 'bramble-service-doorbell' }],
      }),
    ])
    expect(failures(await dc.converge())).toEqual([])
    expect(await dc.check()).toEqual([])
  })

  it('an agent that lent its token to everybody stops it with a reload, and its service stays', async () => {
    await dc.home.stop('ears')
    dc.home.lendToken('ears')
    dc.home.start('ears')
    await eventually('whoever asks is the agent itself', 60, async () => {
      const { status, text } = await get('/v1/agent/self')
      return status === 200 || text
    })
    dc.home.changeServices('ears', dc.home.services('ears'))
    dc.home.changeToken('ears', dc.home.token('ears'))
    await eventually('nobody is the agent any more', 60, async () => {
      const { status } = await get('/v1/agent/self')
      return status === 403 || `status ${status}`
    })
    await becomes('doorbell service:doorbell')
  })

  it('the token for management is exchanged, and the old one may nothing any more', async () => {
    const { management: previous, ...others } = dc.home.access
    const management = { accessorId: randomUUID(), secretId: randomUUID() }
    const access = { ...others, management, previous }
    const planned = (await dc.check({ access })).map(({ address, action }) => `${action} ${address}`)
    expect(planned).toEqual(['update consul-token:management', 'remove consul-token:management-before'])
    const made = await dc.converge({ access })
    expect(made.map(({ address, action, failure }) => failure ?? `${action} ${address}`)).toEqual(planned)
    expect(await dc.check({ access })).toEqual([])
    const says = async (token: string) =>
      (await dc.home.consul('oneil', ['acl', 'token', 'list', '-format=json'], token)).code
    expect([await says(previous.secretId), await says(management.secretId)]).toEqual([1, 0])
    dc.home.access = { ...others, management }
  })

  it('a node is never asked with a token that is not its own, not even when it is told about it', async () => {
    const eavesdropper = await Eavesdropper.on(dc.home, 'ears')
    dc.link = eavesdropper.link
    const token = { accessorId: randomUUID(), secretId: randomUUID() }
    try {
      dc.home.changeToken('ears', token)
      expect(await dc.converge()).toEqual([{ address: 'consul-token:agent/ears', action: 'update' }])
      const access = { authorityPem: dc.home.access.authorityPem, token: token.secretId }
      const gate = agentGate({
        node: 'ears',
        access,
        servers: SERVERS,
        management: dc.home.access,
        services: [],
      })
      await eventually('the gate is passed', 30, async () => {
        const { passed, detail } = await gate.ask(dc.link)
        return passed || detail
      })
    } finally {
      dc.link = dc.home.link
      eavesdropper.end()
    }
    expect([...eavesdropper.heard.keys()]).toEqual([token.secretId])
    expect(eavesdropper.heard.get(token.secretId)).toContain('PUT /v1/agent/token/agent')
  })
})
