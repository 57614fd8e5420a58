/** Whom an agent takes a caller for: nobody without a token, and with one whoever the token was made for. All that it can be asked is asked. */
import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ask, askAll, nameOf, type Door } from '../../../test/engines/consul/answers.ts'
import { beyond, SILENT, words } from '../../../test/engines/consul/anybody.ts'
import { allQuestions } from '../../../test/engines/consul/api-endpoints.ts'
import { eventually } from '../../../test/engines/consul/eventually.ts'
import { describeEachConsul } from '../../../test/engines/consul/each-consul.ts'
import { stateOf } from '../../../test/engines/consul/state.ts'
import { DatacenterUnderTest, failures, SERVERS } from '../../../test/engines/consul/under-test.ts'
import { API_PORT, HTTP_PORT } from './names.ts'
import { tellAgents } from './store/tell-agents.ts'

/** What a token of the user's with the right to read below `app/` may besides. */
const READER = ['GET /v1/acl/token/self', 'GET /v1/kv/', 'GET /v1/kv/app/colour', 'POST /v1/acl/logout']

/** What the token of a service may besides: say who it is. */
const HOLDER = ['GET /v1/acl/token/self']

/** … and do with the service that it is for. Consul does not ask where: rules know names of services, no nodes (vetRegisterWithACL). */
const OF_ITS_SERVICE = [
  ...words('PUT /v1/agent/service/', 'register deregister/SERVICE maintenance/SERVICE'),
  ...words('PUT /v1/agent/check/', 'deregister pass warn fail update').map((one) => `${one}/service:SERVICE`),
  ...words('PUT /v1/catalog/', 'register deregister'),
  'PUT /v1/txn',
  // Settings of a service in the mesh, which is switched off.
  'PUT /v1/config',
  'DELETE /v1/config/service-defaults/SERVICE',
  'POST /v1/agent/connect/authorize',
  ...words('GET /v1/connect/intentions', '/exact'),
  'GET /v1/discovery-chain/SERVICE',
  'POST /v1/discovery-chain/SERVICE',
]

/** What the token of an agent may do with its own agent, which has it anyway. */
const OF_ITS_AGENT = [
  ...words('GET /v1/agent/', 'self metrics metrics/stream monitor'),
  ...words('PUT /v1/agent/', 'reload maintenance token/agent token/default check/register'),
  ...words('PUT /v1/agent/', 'join/127.0.0.1 service/deregister/SERVICE check/deregister/service:SERVICE'),
]

/** … and with its own node. */
const OF_ITS_NODE = [...words('PUT /v1/', 'catalog/register catalog/deregister coordinate/update txn')]

await describeEachConsul(240, (binary) => {
  const CHECKED = {
    port: 8080,
    tags: [],
    meta: {},
    checks: [{ tcp: ':8500', interval: '1h', timeout: '1s' }],
  }
  const doorbell = { ...CHECKED, name: 'doorbell' }
  const deploy = { accessorId: randomUUID(), secretId: randomUUID() }
  const wishes = {
    policies: [{ name: 'app', description: '', rules: 'key_prefix "app/" { policy = "read" }' }],
    tokens: [{ name: 'deploy', ...deploy, description: 'test', policies: ['app'] }],
    entries: [{ key: 'app/colour', value: 'blue', sensitive: false }],
  }
  const ownDoorbell = { node: 'ears', service: 'doorbell' }
  const othersDoorbell = { node: 'hammond', service: 'doorbell' }
  const foreign = { node: 'oneil', service: 'camera' }
  let dc: DatacenterUnderTest

  beforeAll(async () => {
    const services = { ears: [doorbell], hammond: [doorbell], oneil: [{ ...CHECKED, name: 'camera' }] }
    dc = await DatacenterUnderTest.start(binary, { services })
    expect(failures(await dc.converge(wishes))).toEqual([])
    await eventually('all nodes and services are registered', 60, async () => {
      const lists = [['-service=doorbell'], ['-service=camera'], ['-node-meta=model=pi4']]
      const asked = lists.map((list) => dc.home.consul('hammond', ['catalog', 'nodes', ...list]))
      const rows = (await Promise.all(asked)).map(
        ({ stdout }) => stdout.toString().trim().split('\n').length - 1,
      )
      return rows.join() === '2,1,4' || rows.join()
    })
  }, 90_000)
  afterAll(() => dc.home.end())

  const door = (node: string, secure: boolean, token?: string): Door => ({
    address: dc.home.address(node),
    port: secure ? API_PORT : HTTP_PORT,
    secure,
    ...(token !== undefined && { token }),
  })
  /** The plain door of a client and the one with TLS of the node with the web interface. */
  const doors = (token?: string) => [door('ears', false, token), door('hammond', true, token)]

  it('who has no token is told what DNS tells, no secret, and nothing is done', async () => {
    const before = await stateOf(dc.home)
    const secrets = [dc.home.access.management, deploy, ...SERVERS.map((name) => dc.home.token(name))]
      .concat(dc.home.token('ears'), dc.home.serviceToken('ears', 'doorbell'))
      .map(({ secretId }) => secretId)
    for (const subject of [foreign, othersDoorbell, ownDoorbell]) {
      for (const where of doors()) {
        const answers = await askAll(where, allQuestions(subject))
        expect(beyond(answers, subject)).toEqual([])
        expect(answers.filter((answer) => answer.status === 0 && !SILENT.has(nameOf(answer)))).toEqual([])
        const text = answers.map((answer) => answer.text).join('\n')
        expect([...secrets, ...dc.home.gossipKeys].filter((secret) => text.includes(secret))).toEqual([])
      }
    }
    expect(await stateOf(dc.home)).toEqual(before)
  })

  it("a user's token may what its policy says, and nothing is done", async () => {
    const before = await stateOf(dc.home)
    for (const where of doors(deploy.secretId)) {
      expect(beyond(await askAll(where, allQuestions(foreign)), foreign, ...READER)).toEqual([])
    }
    expect(await stateOf(dc.home)).toEqual(before)
  })

  it('the token of a service may nothing about another service, on its node or elsewhere', async () => {
    const before = await stateOf(dc.home)
    const { secretId } = dc.home.serviceToken('ears', 'doorbell')
    for (const subject of [foreign, { node: 'ears', service: 'camera' }]) {
      for (const where of doors(secretId)) {
        const answers = await askAll(where, allQuestions(subject))
        expect(beyond(answers, subject, ...HOLDER)).toEqual([])
      }
    }
    expect(await stateOf(dc.home)).toEqual(before)
  })

  it('the token of an agent may nothing with another agent, another node or a service of one', async () => {
    const before = await stateOf(dc.home)
    const where = door('hammond', true, dc.home.token('ears').secretId)
    for (const subject of [foreign, othersDoorbell]) {
      const answers = await askAll(where, allQuestions(subject))
      expect(beyond(answers, subject, ...HOLDER)).toEqual([])
    }
    expect(await stateOf(dc.home)).toEqual(before)
  })

  it('the token of a service registers that service on any node, which Consul cannot forbid, and the agent there puts it right', async () => {
    const { secretId } = dc.home.serviceToken('ears', 'doorbell')
    const port = async () => {
      const { text } = await ask(door('oneil', false), {
        method: 'GET',
        path: '/v1/catalog/service/doorbell',
      })
      const found = JSON.parse(text) as { Node: string; ServicePort: number }[]
      return found.find(({ Node }) => Node === 'hammond')?.ServicePort
    }
    const moved = { Node: 'hammond', SkipNodeUpdate: true, Service: { Service: 'doorbell', Port: 9 } }
    const question = { method: 'PUT', path: '/v1/catalog/register', body: JSON.stringify(moved) } as const
    expect(await ask(door('oneil', false, secretId), question)).toMatchObject({ status: 200 })
    expect(await port()).toBe(9)
    const { authorityPem } = dc.home.access
    // Its next look is due within two minutes; it is made to look now.
    const access = { authorityPem, token: dc.home.token('hammond').secretId }
    await tellAgents(dc.home.link, [{ node: 'hammond', access }])
    await eventually('its agent puts it right', 30, async () => {
      const found = await port()
      return found === 8080 || `port ${found}`
    })
  })

  it('the token of a service may with its service what Consul grants by name, and no more', async () => {
    const { secretId } = dc.home.serviceToken('ears', 'doorbell')
    for (const subject of [ownDoorbell, othersDoorbell]) {
      for (const where of doors(secretId)) {
        const answers = await askAll(where, allQuestions(subject))
        expect(beyond(answers, subject, ...HOLDER, ...OF_ITS_SERVICE)).toEqual([])
      }
    }
  })

  it('the token of an agent may with its own agent and its own node what an agent must, and no more', async () => {
    const { secretId } = dc.home.token('ears')
    // To leave ends the agent; it has that right, too.
    const questions = allQuestions(ownDoorbell).filter(({ path }) => !path.endsWith('/leave'))
    const there = await askAll(door('hammond', true, secretId), questions)
    expect(beyond(there, ownDoorbell, ...HOLDER, ...OF_ITS_NODE)).toEqual([])
    const here = await askAll(door('ears', false, secretId), questions)
    expect(beyond(here, ownDoorbell, ...HOLDER, ...OF_ITS_NODE, ...OF_ITS_AGENT)).toEqual([])
  })
})
