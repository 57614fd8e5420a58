/** What Consul is to hold: made, changed, given back, exchanged; asked of real servers. */
import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { eventually } from '../../../../test/engines/consul/eventually.ts'
import { describeEachConsul } from '../../../../test/engines/consul/each-consul.ts'
import { DatacenterUnderTest, failures, SERVERS } from '../../../../test/engines/consul/under-test.ts'
import { keyringText, tokenText } from '../config.ts'
import { askStatus } from '../status.ts'
import { consulStore } from './consul-store.ts'
import { kvShelf } from './kv.ts'
import { type Shelf } from '../../steps/step.ts'
import { Refused } from '../../steps/reply.ts'
import type { ConsulApi } from '../api.ts'
import { storeParts } from './wanted.ts'

/** A shelf that Consul does not let us see. */
const BROKEN: Shelf<ConsulApi> = {
  kind: 'consul-token',
  steps: () =>
    Promise.reject(new Refused('listing the tokens', { status: 403, problem: 'Permission denied' })),
}

await describeEachConsul(90, (binary) => {
  let dc: DatacenterUnderTest
  beforeAll(async () => {
    dc = await DatacenterUnderTest.start(binary)
    expect(failures(await dc.converge())).toEqual([])
  }, 90_000)
  afterAll(() => dc.home.end())

  describe('what the cluster file asks it to hold', () => {
    const blue = { entries: [{ key: 'app/colour', value: 'blue', sensitive: false }] }
    const red = { entries: [{ key: 'app/colour', value: 'red', sensitive: false }] }
    const policy = (rules: string) => ({ policies: [{ name: 'app', description: '', rules }] })
    const READ = 'key_prefix "app/" { policy = "read" }'
    const WRITE = 'key_prefix "app/" { policy = "write" }'

    it('is made, changed with a line that says how, and removed', async () => {
      expect(failures(await dc.converge(blue))).toEqual([])
      expect(await dc.check(red)).toEqual([
        expect.objectContaining({
          address: 'consul-kv:app/colour',
          action: 'update',
          differences: [{ field: 'value', is: 'blue', wanted: 'red' }],
        }),
      ])
      expect(failures(await dc.converge(red))).toEqual([])
      expect(await dc.converge()).toEqual([{ address: 'consul-kv:app/colour', action: 'remove' }])
      expect((await dc.home.consul('hammond', ['kv', 'get', 'app/colour'])).code).toBe(1)
    })

    it('may be an entry with an empty value', async () => {
      const empty = { entries: [{ key: 'app/empty', value: '', sensitive: false }] }
      expect(failures(await dc.converge(empty))).toEqual([])
      expect(await dc.check(empty)).toEqual([])
      const { code, stdout } = await dc.home.consul('hammond', ['kv', 'get', 'app/empty'])
      expect([code, stdout.toString().trim()]).toEqual([0, ''])
      await dc.converge()
    })

    it('is not well while a token that somebody else made may do everything', async () => {
      const wanted = { servers: SERVERS, clients: ['ears'], nodes: [] }
      const status = () => askStatus(dc.home.link, 'hammond', wanted, dc.home.access)
      // Autopilot calls a server healthy once it has been so for ten seconds.
      await eventually('Consul is well', 60, async () => {
        const { healthy, problems, unknown } = await status()
        return healthy || [...problems, ...unknown].join('; ')
      })
      const create = ['acl', 'token', 'create', '-format=json', '-description', 'by hand']
      const { stdout } = await dc.home.consul('hammond', [...create, '-policy-name', 'global-management'])
      const { AccessorID: accessor } = JSON.parse(stdout.toString()) as { AccessorID: string }
      const found = await status()
      expect(found.healthy).toBe(false)
      expect(found.problems).toEqual([
        expect.stringContaining(
          `a token for management that Bramble did not make: ${accessor} (by hand)`,
        ) as string,
      ])
      await dc.home.consul('hammond', ['acl', 'token', 'delete', '-id', accessor])
      expect(await status()).toMatchObject({ healthy: true })
    })

    it('gives back what somebody else had there', async () => {
      await dc.home.consul('hammond', ['kv', 'put', 'theirs', 'old'])
      const theirs = { entries: [{ key: 'theirs', value: 'new', sensitive: false }] }
      await dc.converge(theirs)
      expect(await dc.check(theirs)).toEqual([])
      await dc.converge()
      const { stdout } = await dc.home.consul('hammond', ['kv', 'get', 'theirs'])
      expect(stdout.toString().trim()).toBe('old')
    })

    it('gives back every byte and every flag of it, and does not touch the flags in between', async () => {
      const bytes = Buffer.from([0xff, 0x00, 0xfe, 0x0a, 0x80])
      const flags = '18446744073709551615'
      const path = '/v1/kv/theirs/deep%20key'
      const read = () => dc.ask('GET', path)
      await dc.ask('PUT', `${path}?flags=${flags}`, { bytes })
      const before = [expect.objectContaining({ Flags: flags, Value: bytes.toString('base64') })]
      expect(await read()).toEqual(before)
      const theirs = { entries: [{ key: 'theirs/deep key', value: 'new', sensitive: false }] }
      expect(await dc.check(theirs)).toMatchObject([
        { differences: [{ field: 'value', is: '5 bytes that are no text', wanted: 'new' }] },
      ])
      expect(failures(await dc.converge(theirs))).toEqual([])
      expect(await read()).toMatchObject([{ Flags: flags, Value: 'bmV3' }])
      expect(failures(await dc.converge())).toEqual([])
      expect(await read()).toEqual(before)
    })

    it('gives back a policy with its rules, its description and where it holds', async () => {
      const given = { Name: 'theirs', Description: 'of old', Rules: READ, Datacenters: [dc.home.setup.name] }
      const made = (await dc.ask('PUT', '/v1/acl/policy', { json: given })) as { ID: string }
      const ours = { policies: [{ name: 'theirs', description: '', rules: WRITE }] }
      expect((await dc.check(ours))[0]?.differences.map(({ field }) => field)).toEqual([
        'description',
        'rules',
        'datacenters',
      ])
      expect(failures(await dc.converge(ours))).toEqual([])
      expect(await dc.check(ours)).toEqual([])
      expect(failures(await dc.converge())).toEqual([])
      expect(await dc.ask('GET', `/v1/acl/policy/${made.ID}`)).toMatchObject(given)
    })

    it('is not owned when it was so before, and stays when it leaves the cluster file', async () => {
      await dc.home.consul('hammond', ['kv', 'put', 'same', 'value'])
      expect(await dc.converge({ entries: [{ key: 'same', value: 'value', sensitive: false }] })).toEqual([])
      expect(await dc.converge()).toEqual([])
      expect((await dc.home.consul('hammond', ['kv', 'get', 'same'])).code).toBe(0)
    })

    it('shows no secret value when it differs', async () => {
      const entry = (value: string) => ({ entries: [{ key: 'app/password', value, sensitive: true }] })
      await dc.converge(entry('old-secret'))
      const text = JSON.stringify(await dc.check(entry('new-secret')))
      expect(text).toContain('consul-kv:app/password')
      expect(text).not.toMatch(/old-secret|new-secret/)
      await dc.converge()
    })

    it('notices rules that somebody changed, and mends them', async () => {
      await dc.converge(policy(READ))
      const file = ['acl', 'policy', 'update', '-name=app', `-rules=${WRITE}`]
      expect((await dc.home.consul('hammond', file)).code).toBe(0)
      expect(await dc.check(policy(READ))).toEqual([
        expect.objectContaining({
          address: 'consul-policy:app',
          differences: [{ field: 'rules', is: WRITE, wanted: READ }],
        }),
      ])
      expect(failures(await dc.converge(policy(READ)))).toEqual([])
      expect(await dc.check(policy(READ))).toEqual([])
    })

    it('makes tokens that work, and exchanges one whose secret was rotated', async () => {
      const identity = () => ({ accessorId: randomUUID(), secretId: randomUUID() })
      const token = (given: ReturnType<typeof identity>) => ({
        ...policy(READ),
        ...blue,
        tokens: [{ name: 'deploy', ...given, description: 'test', policies: ['app'] }],
      })
      const [first, second] = [identity(), identity()]
      const reads = async (secret: string) =>
        (await dc.home.consul('hammond', ['kv', 'get', 'app/colour'], secret)).code === 0
      await dc.converge(token(first))
      expect(await dc.check(token(first))).toEqual([])
      expect(await reads(first.secretId)).toBe(true)
      expect(await dc.converge(token(second))).toEqual([{ address: 'consul-token:deploy', action: 'update' }])
      expect([await reads(first.secretId), await reads(second.secretId)]).toEqual([false, true])
      const third = identity()
      // Programs get it with their nodes: it is good before them, and so is the old one until they have changed.
      expect(await dc.prepare(token(third))).toEqual([])
      await eventually('the new token', 60, async () => (await reads(third.secretId)) || 'is not good yet')
      expect(await reads(second.secretId)).toBe(true)
      expect(await dc.check(token(third))).toMatchObject([
        { address: 'consul-token:deploy', reason: 'the secret was rotated' },
      ])
      expect(await dc.converge(token(third))).toEqual([{ address: 'consul-token:deploy', action: 'update' }])
      expect([await reads(second.secretId), await reads(third.secretId)]).toEqual([false, true])
      expect(await dc.check(token(third))).toEqual([])
      await dc.converge()
      expect(await reads(third.secretId)).toBe(false)
    })

    it('does not let a key that Consul refuses hide the others', async () => {
      const entry = (key: string) => ({ key, value: 'x', sensitive: false })
      // Go's net/url takes no escape that is none; so it is refused before Consul looks at it.
      const wishes = { entries: [entry('good/a'), entry('bad/../../key'), entry('good/b')] }
      const { differences, unseen } = await dc.look(wishes)
      expect(differences.map(({ address }) => address)).toEqual(['consul-kv:good/a', 'consul-kv:good/b'])
      expect(unseen).toMatchObject([{ address: 'consul-kv:bad/../../key' }])
      const outcomes = await dc.converge(wishes)
      expect(failures(outcomes)).toMatchObject([{ address: 'consul-kv:bad/../../key' }])
      expect(outcomes).toHaveLength(3)
      await dc.converge()
    })

    it('is told as not known when it cannot be listed, and hides nothing else', async () => {
      const store = consulStore({ ...storeParts(dc.wishes(blue)), shelves: [BROKEN, kvShelf(blue.entries)] })
      expect(await store.check(dc.home.link, 'hammond')).toMatchObject({
        differences: [{ address: 'consul-kv:app/colour' }],
        unseen: [{ address: 'consul-token:*', problem: expect.stringContaining('listing') as string }],
      })
    })

    it('says which rules Consul does not understand, and does the rest', async () => {
      const outcomes = await dc.converge({ ...policy('nonsense {'), ...blue })
      expect(failures(outcomes)).toEqual([
        expect.objectContaining({
          address: 'consul-policy:app',
          failure: expect.stringMatching(/parse|rules/i) as string,
        }),
      ])
      expect(await dc.check(blue)).toEqual([])
      await dc.converge()
    })
  })

  it('lets servers that leave lose their votes before the nodes change, and keeps the votes of new ones for afterwards', async () => {
    const { setup } = dc.home
    const named = (servers: typeof setup.servers) => ({ datacenter: { ...dc.withClients('ears'), servers } })
    const quorum = async () => {
      const { stdout } = await dc.home.consul('hammond', ['operator', 'autopilot', 'get-config'])
      return /MinQuorum = (\d+)/.exec(stdout.toString())?.[1]
    }
    expect(await quorum()).toBe('3')
    const update = [{ address: 'consul-autopilot:settings', action: 'update' }]
    expect(await dc.prepare(named(setup.servers.slice(0, 1)))).toEqual(update)
    expect(await quorum()).toBe('1')
    expect(await dc.prepare()).toEqual([])
    expect(await dc.converge()).toEqual(update)
    expect(await quorum()).toBe('3')
  })

  describe('the secrets of its nodes', () => {
    it('exchanges the gossip key in three steps, and its members write their files as we would', async () => {
      const [old] = dc.home.gossipKeys
      const fresh = randomBytes(32).toString('base64')
      for (const keys of [[old, fresh], [fresh, old], [fresh]] as [string, ...string[]][]) {
        const [difference, ...others] = await dc.check({ gossipKeys: keys })
        expect(difference).toMatchObject({ address: 'consul-keyring:gossip', action: 'update' })
        expect(others).toEqual([])
        expect(failures(await dc.converge({ gossipKeys: keys }))).toEqual([])
        expect(await dc.check({ gossipKeys: keys })).toEqual([])
        for (const name of [...SERVERS, 'ears']) {
          expect(dc.home.state(name, 'serf/local.keyring')).toBe(keyringText(keys))
        }
      }
      dc.home.gossipKeys[0] = fresh
      const { stdout } = await dc.home.consul('hammond', ['keyring', '-list'])
      expect(stdout.toString()).toContain(`${fresh} [4/4]`)
    })

    it('lets nobody in who has another gossip key', async () => {
      dc.home.writeKeyring('stranger', [randomBytes(32).toString('base64')])
      dc.home.start('stranger')
      await eventually('it is refused', 30, async () =>
        Promise.resolve(
          /No installed keys could decrypt|couldn't join|Join.* failed/.test(dc.home.log('stranger')) ||
            'no word of it',
        ),
      )
      const { stdout } = await dc.home.consul('hammond', ['members'])
      expect(stdout.toString()).not.toContain('stranger')
      await dc.home.stop('stranger', 'SIGKILL')
    })

    it("exchanges an agent's token, and the agent goes on registering with the new one", async () => {
      dc.home.changeToken('ears', { accessorId: randomUUID(), secretId: randomUUID() })
      await dc.forgetDoorbell()
      expect(await dc.converge()).toEqual([{ address: 'consul-token:agent/ears', action: 'update' }])
      expect(dc.home.state('ears', 'acl-tokens.json')).toBe(tokenText(dc.home.token('ears').secretId))
      await eventually('the service is registered again', 60, async () => {
        const answer = await dc.dig('hammond', 'doorbell.service.lab.example.net')
        return answer === dc.home.address('ears') || `the answer is ${answer}`
      })
    })

    it('forgets a node that leaves the cluster file, with its member, its token and its policy', async () => {
      const both = { datacenter: dc.withClients('ears', 'stranger') }
      dc.home.writeKeyring('stranger', dc.home.gossipKeys)
      dc.home.start('stranger')
      expect(failures(await dc.converge(both))).toEqual([])
      const rows = async () => (await dc.home.consul('hammond', ['members'])).stdout.toString()
      await eventually('it is a member', 30, async () => {
        const text = await rows()
        return text.includes('stranger') || text
      })
      await dc.home.stop('stranger')
      const addresses = [
        'consul-member:stranger',
        'consul-token:agent/stranger',
        'consul-policy:bramble-agent-stranger',
      ]
      // Until the others have noticed, nobody knows which keys are held.
      const { differences } = await dc.look()
      expect(differences.map(({ address, action }) => `${action} ${address}`).sort()).toEqual(
        addresses.map((address) => `remove ${address}`).sort(),
      )
      expect(failures(await dc.converge())).toEqual([])
      await eventually('nobody is missed any more', 30, async () => {
        const { differences: left, unseen } = await dc.look()
        return left.length + unseen.length === 0 || JSON.stringify([left, unseen])
      })
      expect(await rows()).not.toMatch(/stranger.*(alive|failed)/)
    })
  })
})
