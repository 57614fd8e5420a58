/** Three real servers and a client, formed from what the roles render, old and new. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { consulBinaries } from '../../../test/engines/consul/binaries.ts'
import { eventually, RealDatacenter } from '../../../test/engines/consul/datacenter.ts'
import { run } from '../../support/run.ts'
import type { ClusterOutcome } from '../contract.ts'
import { agentGate, serverGate } from './gates.ts'
import { DNS_PORT } from './names.ts'
import { consulQuorum } from './quorum.ts'
import { askStatus } from './status.ts'
import { consulStore } from './store/consul-store.ts'
import { storeParts, type StoreWishes } from './store/wanted.ts'

const doorbell = { name: 'doorbell', port: 8080, tags: ['hall'], meta: {}, checks: [] }

const binaries = await consulBinaries()
for (const reason of binaries.filter((binary) => typeof binary === 'string')) {
  it.skip(`runs a real datacenter: ${reason}`, () => undefined)
}

describe.each(binaries.filter((binary) => typeof binary !== 'string'))(
  'Consul $version',
  (binary) => {
    let home: RealDatacenter
    beforeAll(async () => {
      home = await RealDatacenter.make({
        binary,
        servers: ['hammond', 'oneil', 'carter'],
        clients: ['ears'],
        services: { ears: [doorbell] },
      })
      home.startAll()
    })
    afterAll(() => home.end())

    const wishes = (changes: Partial<StoreWishes> = {}): StoreWishes => ({
      datacenter: home.setup,
      access: home.access,
      gossipKeys: home.gossipKeys,
      agentToken: (node) => home.token(node),
      servicesOn: (node) => home.services(node).map(({ name }) => name),
      anonymousRules: 'node_prefix "" { policy = "read" }\nservice_prefix "" { policy = "read" }\n',
      policies: [{ name: 'app', description: '', rules: 'key_prefix "app/" { policy = "read" }' }],
      tokens: [],
      entries: [{ key: 'app/colour', value: 'blue', sensitive: false }],
      ...changes,
    })
    const store = (changes: Partial<StoreWishes> = {}) => consulStore(storeParts(wishes(changes)))
    const converge = async (changes: Partial<StoreWishes> = {}) => {
      const outcomes: ClusterOutcome[] = []
      await store(changes).converge(home.link, 'hammond', (outcome) => outcomes.push(outcome))
      return outcomes
    }
    const quorum = () =>
      consulQuorum({
        servers: home.setup.servers,
        options: home.agent('hammond').options,
        access: home.access,
      })

    it('forms without anybody asking', async () => {
      const gate = serverGate('hammond', home.setup.servers, home.access)
      await eventually('the servers vote', 30, async () => {
        const { passed, detail } = await gate.ask(home.link)
        return passed || detail
      })
    })

    it('plans to make everything, the ACLs first, while Consul does not know us', async () => {
      const differences = await store().check(home.link, 'hammond')
      expect(differences[0]).toMatchObject({ address: 'consul-acl:bootstrap', action: 'create' })
      expect(JSON.stringify(differences)).not.toContain(home.token('ears').secretId)
    })

    it('makes the ACLs, tokens and entries', async () => {
      const t = Date.now()
      const outcomes = await converge()
      console.log(
        outcomes.map((o) => `${o.action} ${o.address} ${o.failure ?? ''}`).join('\n'),
        Date.now() - t,
      )
      expect(outcomes.filter(({ failure }) => failure !== undefined)).toEqual([])
      const t2 = Date.now()
      expect(await store().check(home.link, 'hammond')).toEqual([])
      console.log('check', Date.now() - t2, 'ms')
    })

    it('answers by DNS without a token', async () => {
      const dig = (name: string) =>
        run('dig', [
          '+short',
          '+time=1',
          '+tries=1',
          '-p',
          String(DNS_PORT),
          `@${home.address('ears')}`,
          name,
        ])
      const t = Date.now()
      await eventually('the service is found', 150, async () => {
        const { stdout } = await dig('doorbell.service.lab.example.net')
        return stdout.toString().trim() === home.address('ears') || stdout.toString()
      })
      console.log('dns after', Date.now() - t)
      const answer = await dig('hammond.node.lab.example.net')
      expect(answer.stdout.toString().trim()).toBe(home.address('hammond'))
    })

    it('tells the state', async () => {
      console.log(
        JSON.stringify(await quorum().observe(home.link)),
        JSON.stringify(await askStatus(home.link, 'ears', home.access)),
      )
      console.log(
        JSON.stringify(
          await agentGate({
            node: 'ears',
            access: home.access,
            accessorId: home.token('ears').accessorId,
            services: ['doorbell'],
          }).ask(home.link),
        ),
      )
      console.log(JSON.stringify(home.state('ears', 'acl-tokens.json')))
      console.log(
        home
          .log('hammond')
          .split('\n')
          .filter((l) => /WARN|ERR|deprec/i.test(l))
          .slice(0, 40)
          .join('\n'),
      )
      console.log(
        home
          .log('ears')
          .split('\n')
          .filter((l) => /WARN|ERR|deprec/i.test(l))
          .slice(0, 40)
          .join('\n'),
      )
    })
  },
  120_000,
)
