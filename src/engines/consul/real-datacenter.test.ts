/** Real servers and clients, formed from what the roles render, by the old Consul and the new one. */
import { randomBytes, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consulBinaries } from '../../../test/engines/consul/binaries.ts'
import { eventually, RealDatacenter } from '../../../test/engines/consul/datacenter.ts'
import { run } from '../../support/run.ts'
import type { ClusterOutcome } from '../contract.ts'
import { withApi } from './api.ts'
import { keyringText, tokenText } from './config.ts'
import { agentGate, serverGate } from './gates.ts'
import { managementAccess } from './management.ts'
import { DNS_PORT } from './names.ts'
import { consulQuorum } from './quorum.ts'
import { anything } from './replies.ts'
import { askStatus } from './status.ts'
import { consulStore } from './store/consul-store.ts'
import { storeParts, type StoreWishes } from './store/wanted.ts'

const SERVERS = ['hammond', 'oneil', 'carter']
const doorbell = { name: 'doorbell', port: 8080, tags: ['hall'], meta: {}, checks: [] }
const ANONYMOUS = 'node_prefix "" { policy = "read" }\nservice_prefix "" { policy = "read" }\n'

const binaries = await consulBinaries()
for (const reason of binaries.filter((binary) => typeof binary === 'string')) {
  console.log(`skipped: ${reason}`)
  it.skip(`forms a real datacenter: ${reason}`, () => undefined)
}

describe.each(binaries.filter((binary) => typeof binary !== 'string'))(
  'Consul $version',
  { timeout: 90_000 },
  (binary) => {
    let home: RealDatacenter
    beforeAll(async () => {
      home = await RealDatacenter.make({
        binary,
        servers: SERVERS,
        clients: ['ears', 'stranger'],
        services: { ears: [doorbell] },
      })
      for (const name of [...SERVERS, 'ears']) home.start(name)
    })
    afterAll(() => home.end())

    const wishes = (changes: Partial<StoreWishes> = {}): StoreWishes => ({
      datacenter: { ...home.setup, clients: home.setup.clients.filter(({ name }) => name === 'ears') },
      access: home.access,
      gossipKeys: home.gossipKeys,
      agentToken: (node) => home.token(node),
      servicesOn: (node) => home.services(node).map(({ name }) => name),
      anonymousRules: ANONYMOUS,
      policies: [],
      tokens: [],
      entries: [],
      ...changes,
    })
    const check = (changes: Partial<StoreWishes> = {}) =>
      consulStore(storeParts(wishes(changes))).check(home.link, 'hammond')
    /** Converges as a rollout does: an engine that has no leader for a moment is asked again. */
    const converge = async (changes: Partial<StoreWishes> = {}): Promise<ClusterOutcome[]> => {
      const outcomes: ClusterOutcome[] = []
      await eventually('the store is asked', 60, async () => {
        try {
          await consulStore(storeParts(wishes(changes))).converge(home.link, 'hammond', (outcome) =>
            outcomes.push(outcome),
          )
          return true
        } catch (error) {
          return String(error)
        }
      })
      return outcomes
    }
    const failures = (outcomes: readonly ClusterOutcome[]) =>
      outcomes.filter(({ failure }) => failure !== undefined)
    const quorum = () =>
      consulQuorum({
        servers: home.setup.servers,
        options: home.agent('hammond').options,
        access: home.access,
      })
    const followerAndLeader = async () => {
      const { members } = await quorum().observe(home.link)
      const leader = members.find((member) => member.leader)?.node ?? 'nobody'
      return { leader, follower: SERVERS.find((name) => name !== leader) ?? 'nobody' }
    }
    const returnsAfter = async (node: string, since: Date): Promise<void> => {
      await eventually(`${node} returns`, 60, async () => {
        const { passed, detail } = await quorum().returned(home.link, node, since)
        return passed || detail
      })
    }
    const dig = async (node: string, name: string): Promise<string> => {
      const where = ['-p', String(DNS_PORT), `@${home.address(node)}`]
      const { stdout } = await run('dig', ['+short', '+time=2', '+tries=1', ...where, name])
      return stdout.toString().trim()
    }

    describe('before anybody has set its ACLs up', () => {
      it('is formed by its servers alone', async () => {
        const gate = serverGate('hammond', home.setup.servers, home.access)
        await eventually('the servers vote', 60, async () => {
          const { passed, detail } = await gate.ask(home.link)
          return passed || detail
        })
      })

      it('is guarded already: the group is formed and can lose one', async () => {
        await eventually('all follow', 30, async () => {
          const { formed, failureTolerance, detail } = await quorum().observe(home.link)
          return (formed && failureTolerance === 1) || detail
        })
      })

      it('plans to make everything, the ACLs first, and shows no secret', async () => {
        const differences = await check({
          entries: [{ key: 'app/password', value: 'a-secret-value', sensitive: true }],
        })
        expect(differences[0]).toMatchObject({ address: 'consul-acl:bootstrap', action: 'create' })
        expect(differences.map(({ address }) => address)).toContain('consul-token:agent/ears')
        const text = JSON.stringify(differences)
        for (const secret of [home.token('ears').secretId, home.gossipKeys[0], 'a-secret-value']) {
          expect(text).not.toContain(secret)
        }
      })
    })

    describe('once the store has converged', () => {
      beforeAll(async () => {
        expect(failures(await converge())).toEqual([])
      }, 90_000)

      it('has nothing left to do, and does nothing', async () => {
        expect(await check()).toEqual([])
        expect(await converge()).toEqual([])
      })

      it('keeps no token but ours, and the anonymous one', async () => {
        const { stdout } = await home.consul('hammond', ['acl', 'token', 'list', '-format=json'])
        const accessors = (JSON.parse(stdout.toString()) as { AccessorID: string }[]).length
        expect(accessors).toBe(1 + 1 + SERVERS.length + 1)
      })

      it('answers DNS for nodes and services without a token', async () => {
        await eventually('the service is found', 60, async () => {
          const answer = await dig('ears', 'doorbell.service.lab.example.net')
          return answer === home.address('ears') || `the answer is ${answer}`
        })
        expect(await dig('hammond', 'ears.node.lab.example.net')).toBe(home.address('ears'))
      })

      it('registers board, labels and full name with every node', async () => {
        await eventually('the node is registered', 60, async () => {
          const { stdout } = await home.consul('hammond', ['catalog', 'nodes', '-node-meta=room=office'])
          const rows = stdout.toString().trim().split('\n').length - 1
          return rows === SERVERS.length + 1 || `${rows} nodes`
        })
        const { stdout } = await home.consul('hammond', [
          'catalog',
          'nodes',
          '-node-meta=has-sense-hat=true',
          '-node-meta=fqdn=ears.lab.example.net',
        ])
        expect(stdout.toString()).toContain('ears')
      })

      it('passes the gates', async () => {
        const gate = agentGate({
          node: 'ears',
          access: home.access,
          accessorId: home.token('ears').accessorId,
          services: ['doorbell'],
        })
        await eventually('the gate opens', 60, async () => {
          const { passed, detail } = await gate.ask(home.link)
          return passed || detail
        })
      })

      it('refuses whoever comes without a token', async () => {
        const { stdout, stderr } = await home.consul('ears', ['kv', 'put', 'a', 'b'], '')
        expect(stdout.toString() + stderr).toMatch(/403|denied/)
      })

      it('lets an agent write its own node and nothing else', async () => {
        const token = home.token('ears').secretId
        const asked = async (words: string[]) => (await home.consul('hammond', words, token)).code
        expect(await asked(['kv', 'get', 'a'])).not.toBe(0)
        expect(await asked(['acl', 'token', 'list'])).not.toBe(0)
        expect(await asked(['catalog', 'services'])).toBe(0)
        await withApi(
          home.link,
          'hammond',
          { authorityPem: home.access.authorityPem, token },
          async (api) => {
            const foreign = { Node: 'hammond', Address: '192.0.2.1', SkipNodeUpdate: false }
            const reply = await api.send('PUT', '/v1/catalog/register', anything, { json: foreign })
            expect(reply).toMatchObject({ ok: false, status: 403 })
          },
        )
      })

      it('has written its token file as we would', () => {
        expect(home.state('ears', 'acl-tokens.json')).toBe(
          tokenText(binary.version, home.token('ears').secretId),
        )
      })

      it('tells its members, voters and leader', async () => {
        await eventually('autopilot has seen all', 30, async () => {
          const status = await askStatus(home.link, 'ears', home.access)
          return status.healthy || status.detail
        })
        const status = await askStatus(home.link, 'ears', home.access)
        expect(status.members.map(({ node, role, state, voter }) => [node, role, state, voter])).toEqual([
          ['carter', 'server', 'alive', true],
          ['hammond', 'server', 'alive', true],
          ['oneil', 'server', 'alive', true],
          ['ears', 'client', 'alive', undefined],
        ])
        expect(SERVERS).toContain(status.leader)
      })
    })

    describe('what the cluster file asks it to hold', () => {
      const blue = { entries: [{ key: 'app/colour', value: 'blue', sensitive: false }] }
      const red = { entries: [{ key: 'app/colour', value: 'red', sensitive: false }] }
      const policy = (rules: string) => ({ policies: [{ name: 'app', description: '', rules }] })
      const READ = 'key_prefix "app/" { policy = "read" }'
      const WRITE = 'key_prefix "app/" { policy = "write" }'

      it('is made, changed with a line that says how, and removed', async () => {
        expect(failures(await converge(blue))).toEqual([])
        expect(await check(red)).toEqual([
          expect.objectContaining({
            address: 'consul-kv:app/colour',
            action: 'update',
            differences: [{ field: 'value', is: 'blue', wanted: 'red' }],
          }),
        ])
        expect(failures(await converge(red))).toEqual([])
        expect(await converge()).toEqual([{ address: 'consul-kv:app/colour', action: 'remove' }])
        expect((await home.consul('hammond', ['kv', 'get', 'app/colour'])).code).toBe(1)
      })

      it('gives back what somebody else had there', async () => {
        await home.consul('hammond', ['kv', 'put', 'theirs', 'old'])
        const theirs = { entries: [{ key: 'theirs', value: 'new', sensitive: false }] }
        await converge(theirs)
        expect(await check(theirs)).toEqual([])
        await converge()
        const { stdout } = await home.consul('hammond', ['kv', 'get', 'theirs'])
        expect(stdout.toString().trim()).toBe('old')
      })

      it('is not owned when it was so before, and stays when it leaves the cluster file', async () => {
        await home.consul('hammond', ['kv', 'put', 'same', 'value'])
        expect(await converge({ entries: [{ key: 'same', value: 'value', sensitive: false }] })).toEqual([])
        expect(await converge()).toEqual([])
        expect((await home.consul('hammond', ['kv', 'get', 'same'])).code).toBe(0)
      })

      it('shows no secret value when it differs', async () => {
        const entry = (value: string) => ({ entries: [{ key: 'app/password', value, sensitive: true }] })
        await converge(entry('old-secret'))
        const text = JSON.stringify(await check(entry('new-secret')))
        expect(text).toContain('consul-kv:app/password')
        expect(text).not.toMatch(/old-secret|new-secret/)
        await converge()
      })

      it('notices rules that somebody changed, and mends them', async () => {
        await converge(policy(READ))
        const file = ['acl', 'policy', 'update', '-name=app', `-rules=${WRITE}`]
        expect((await home.consul('hammond', file)).code).toBe(0)
        expect(await check(policy(READ))).toEqual([
          expect.objectContaining({
            address: 'consul-policy:app',
            differences: [{ field: 'rules', is: WRITE, wanted: READ }],
          }),
        ])
        expect(failures(await converge(policy(READ)))).toEqual([])
        expect(await check(policy(READ))).toEqual([])
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
          (await home.consul('hammond', ['kv', 'get', 'app/colour'], secret)).code === 0
        await converge(token(first))
        expect(await check(token(first))).toEqual([])
        expect(await reads(first.secretId)).toBe(true)
        expect(await converge(token(second))).toEqual([{ address: 'consul-token:deploy', action: 'update' }])
        expect([await reads(first.secretId), await reads(second.secretId)]).toEqual([false, true])
        await converge()
        expect(await reads(second.secretId)).toBe(false)
      })

      it('says which rules Consul does not understand, and does the rest', async () => {
        const outcomes = await converge({ ...policy('nonsense {'), ...blue })
        expect(failures(outcomes)).toEqual([
          expect.objectContaining({
            address: 'consul-policy:app',
            failure: expect.stringMatching(/parse|rules/i) as string,
          }),
        ])
        expect(await check(blue)).toEqual([])
        await converge()
      })
    })

    describe('the secrets of its nodes', () => {
      it('exchanges the gossip key in three steps, and its members write their files as we would', async () => {
        const [old] = home.gossipKeys
        const fresh = randomBytes(32).toString('base64')
        for (const keys of [[old, fresh], [fresh, old], [fresh]] as [string, ...string[]][]) {
          const [difference, ...others] = await check({ gossipKeys: keys })
          expect(difference).toMatchObject({ address: 'consul-keyring:gossip', action: 'update' })
          expect(others).toEqual([])
          expect(failures(await converge({ gossipKeys: keys }))).toEqual([])
          expect(await check({ gossipKeys: keys })).toEqual([])
          for (const name of [...SERVERS, 'ears']) {
            expect(home.state(name, 'serf/local.keyring')).toBe(keyringText(keys))
          }
        }
        home.gossipKeys[0] = fresh
        const { stdout } = await home.consul('hammond', ['keyring', '-list'])
        expect(stdout.toString()).toContain(`${fresh} [4/4]`)
      })

      it('lets nobody in who has another gossip key', async () => {
        home.writeKeyring('stranger', [randomBytes(32).toString('base64')])
        home.start('stranger')
        await eventually('it is refused', 30, async () =>
          Promise.resolve(
            /No installed keys could decrypt|couldn't join|Join.* failed/.test(home.log('stranger')) ||
              'no word of it',
          ),
        )
        const { stdout } = await home.consul('hammond', ['members'])
        expect(stdout.toString()).not.toContain('stranger')
        await home.stop('stranger', 'SIGKILL')
      })

      it("exchanges an agent's token, and the agent goes on registering with the new one", async () => {
        home.changeToken('ears', { accessorId: randomUUID(), secretId: randomUUID() })
        expect(await converge()).toEqual([{ address: 'consul-token:agent/ears', action: 'update' }])
        expect(home.state('ears', 'acl-tokens.json')).toBe(
          tokenText(binary.version, home.token('ears').secretId),
        )
        await withApi(home.link, 'ears', managementAccess(home.access), async (api) => {
          const path = '/v1/catalog/deregister'
          await api.send('PUT', path, anything, { json: { Node: 'ears', ServiceID: 'doorbell' } })
          await api.send('PUT', '/v1/agent/token/agent', anything, { json: { Token: '' } })
          const Token = home.token('ears').secretId
          await api.send('PUT', '/v1/agent/token/agent', anything, { json: { Token } })
        })
        await eventually('the service is registered again', 60, async () => {
          const answer = await dig('hammond', 'doorbell.service.lab.example.net')
          return answer === home.address('ears') || `the answer is ${answer}`
        })
      })
    })

    describe('the guard of its servers', () => {
      it('lets a restarted follower count only once it has taken part in a write', async () => {
        const { follower } = await followerAndLeader()
        const since = new Date()
        await home.stop(follower)
        expect(await quorum().returned(home.link, follower, since)).toMatchObject({ passed: false })
        home.start(follower)
        await returnsAfter(follower, since)
        expect(await quorum().observe(home.link)).toMatchObject({ formed: true, failureTolerance: 1 })
      })

      it('sees a new leader after the old one was restarted', async () => {
        const { leader } = await followerAndLeader()
        const since = new Date()
        await home.stop(leader)
        home.start(leader)
        await returnsAfter(leader, since)
        expect((await followerAndLeader()).leader).not.toBe('nobody')
      })

      it('may lose none while one is down', async () => {
        const { follower } = await followerAndLeader()
        await home.stop(follower, 'SIGKILL')
        const { failureTolerance, members, detail } = await quorum().observe(home.link)
        expect({ failureTolerance, detail }).toEqual({
          failureTolerance: 0,
          detail: expect.stringContaining(`not healthy: ${follower}`) as string,
        })
        expect(members.find(({ node }) => node === follower)?.healthy).toBe(false)
        const since = new Date()
        home.start(follower)
        await returnsAfter(follower, since)
      })
    })

    it('says how to get in again when the ACLs are not ours', async () => {
      const management = { accessorId: randomUUID(), secretId: randomUUID() }
      const outcomes = await converge({ access: { ...home.access, management } })
      expect(outcomes).toEqual([
        {
          address: 'consul-acl:bootstrap',
          action: 'create',
          failure: expect.stringMatching(
            /echo \d+ \| sudo tee \/var\/lib\/consul\/acl-bootstrap-reset/,
          ) as string,
        },
      ])
    })

    // The last one: nobody starts the servers again.
    it('knows a group without a leader from one that never was', async () => {
      const { follower, leader } = await followerAndLeader()
      const third = SERVERS.find((name) => name !== follower && name !== leader) ?? ''
      await Promise.all([home.stop(leader, 'SIGKILL'), home.stop(third, 'SIGKILL')])
      await eventually('the leader is missed', 30, async () => {
        const { detail } = await quorum().observe(home.link)
        return detail.includes('no leader') || detail
      })
      expect(await quorum().observe(home.link)).toMatchObject({ formed: true, failureTolerance: 0 })
    })

    it('has no word about old or unknown settings in any log', () => {
      for (const name of [...SERVERS, 'ears']) {
        const lines = home.log(name).split('\n')
        expect(lines.filter((line) => /deprecat|unknown|invalid config/i.test(line))).toEqual([])
      }
    })
  },
)
