/** A datacenter comes up from what the roles render, and its ACLs are set up by nobody on a node. */
import { randomUUID, X509Certificate } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SecureOffer } from '../../../test/engines/consul/datacenter.ts'
import { eventually } from '../../../test/engines/consul/eventually.ts'
import { describeEachConsul } from '../../../test/engines/consul/each-consul.ts'
import { DatacenterUnderTest, failures, SERVERS } from '../../../test/engines/consul/under-test.ts'
import { withApi } from './api.ts'
import { tokenText } from './config.ts'
import { agentGate } from './agent-gate.ts'
import { serverGate } from './gates.ts'
import { anything } from './replies.ts'
import { askStatus } from './status.ts'

const WANTED = { servers: SERVERS, clients: ['ears'], nodes: [] }

await describeEachConsul(90, (binary) => {
  let dc: DatacenterUnderTest
  beforeAll(async () => {
    dc = await DatacenterUnderTest.start(binary)
  })
  afterAll(() => dc.home.end())

  describe('before anybody has set its ACLs up', () => {
    it('is formed by its servers alone', async () => {
      const gate = serverGate('hammond', dc.home.setup.servers, dc.home.access)
      await eventually('the servers vote', 60, async () => {
        const { passed, detail } = await gate.ask(dc.home.link)
        return passed || detail
      })
    })

    it('is guarded already: the group is formed and can lose one', async () => {
      await eventually('all follow', 30, async () => {
        const { formed, failureTolerance, detail } = await dc.observe()
        return (formed && failureTolerance === 1) || detail
      })
    })

    it('plans to make everything, the ACLs first, and shows no secret', async () => {
      // Right after the first election the leader sets the ACLs up, and says that it cannot tell.
      await eventually('it can be asked', 60, () => dc.look().then(() => true, String))
      const differences = await dc.check({
        entries: [{ key: 'app/password', value: 'a-secret-value', sensitive: true }],
      })
      expect(differences[0]).toMatchObject({ address: 'consul-acl:bootstrap', action: 'create' })
      expect(differences.map(({ address }) => address)).toContain('consul-token:agent/ears')
      const text = JSON.stringify(differences)
      for (const secret of [dc.home.token('ears').secretId, dc.home.gossipKeys[0], 'a-secret-value']) {
        expect(text).not.toContain(secret)
      }
    })
  })

  describe('once the store has converged', () => {
    beforeAll(async () => {
      const { differences } = await dc.look()
      const outcomes = await dc.converge()
      expect(failures(outcomes)).toEqual([])
      // The apply did what the plan has said, no more and no less.
      const told = (all: readonly { readonly address: string; readonly action: string }[]) =>
        all.map(({ address, action }) => `${action} ${address}`).sort()
      expect(told(outcomes)).toEqual(told(differences))
    }, 90_000)

    it('has nothing left to do, and does nothing', async () => {
      expect(await dc.check()).toEqual([])
      expect(await dc.converge()).toEqual([])
    })

    it('keeps no token but ours, and the anonymous one', async () => {
      const { stdout } = await dc.home.consul('hammond', ['acl', 'token', 'list', '-format=json'])
      const accessors = (JSON.parse(stdout.toString()) as { AccessorID: string }[]).length
      // Management, anonymous, the agents of three servers and of ears, and its doorbell.
      expect(accessors).toBe(1 + 1 + SERVERS.length + 1 + 1)
    })

    it('answers DNS for nodes and services without a token', async () => {
      await eventually('the service is found', 60, async () => {
        const answer = await dc.dig('ears', 'doorbell.service.lab.example.net')
        return answer === dc.home.address('ears') || `the answer is ${answer}`
      })
      expect(await dc.dig('hammond', 'ears.node.lab.example.net')).toBe(dc.home.address('ears'))
    })

    it('registers board, labels and full name with every node', async () => {
      await eventually('the node is registered', 60, async () => {
        const { stdout } = await dc.home.consul('hammond', ['catalog', 'nodes', '-node-meta=room=office'])
        const rows = stdout.toString().trim().split('\n').length - 1
        return rows === SERVERS.length + 1 || `${rows} nodes`
      })
      const { stdout } = await dc.home.consul('hammond', [
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
        access: { authorityPem: dc.home.access.authorityPem, token: dc.home.token('ears').secretId },
        servers: SERVERS,
        management: dc.home.access,
        services: dc.home.services('ears'),
      })
      await eventually('the gate opens', 60, async () => {
        const { passed, detail } = await gate.ask(dc.home.link)
        return passed || detail
      })
    })

    it('refuses whoever comes without a token', async () => {
      const { stdout, stderr } = await dc.home.consul('ears', ['kv', 'put', 'a', 'b'], '')
      expect(stdout.toString() + stderr).toMatch(/403|denied/)
    })

    it('lets an agent write its own node and nothing else', async () => {
      const token = dc.home.token('ears').secretId
      const asked = async (words: string[]) => (await dc.home.consul('hammond', words, token)).code
      expect(await asked(['kv', 'get', 'a'])).not.toBe(0)
      expect(await asked(['acl', 'token', 'list'])).not.toBe(0)
      expect(await asked(['catalog', 'services'])).toBe(0)
      await withApi(
        dc.home.link,
        'hammond',
        { authorityPem: dc.home.access.authorityPem, token },
        async (api) => {
          const foreign = { Node: 'hammond', Address: '192.0.2.1', SkipNodeUpdate: false }
          const reply = await api.send('PUT', '/v1/catalog/register', anything, { json: foreign })
          expect(reply).toMatchObject({ ok: false, status: 403 })
        },
      )
    })

    it('has written its token file as we would', () => {
      expect(dc.home.state('ears', 'acl-tokens.json')).toBe(tokenText(dc.home.token('ears').secretId))
    })

    it('shows its web interface where that was asked for, and nowhere else', async () => {
      const status = async (node: string) =>
        (await fetch(`http://${dc.home.address(node)}:8500/ui/`, { redirect: 'manual' })).status
      expect([await status('hammond'), await status('oneil')]).toEqual([200, 404])
    })

    it('takes up a renewed certificate by a reload', async () => {
      const renewed = new X509Certificate(await dc.home.renewCertificate('oneil'))
      await eventually('the new certificate is shown', 30, async () => {
        const shown = await dc.certificateOf('oneil')
        return shown === renewed.fingerprint256 || `it shows ${shown}`
      })
    })

    it.each([8300, 8501])(
      'speaks TLS 1.2 with forward secrecy or TLS 1.3 on port %i, and nothing weaker',
      async (port) => {
        const accepted = (offer: SecureOffer) => dc.home.accepts('hammond', port, offer)
        const old = { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } as const
        expect(await accepted({ maxVersion: 'TLSv1.3' })).toBe('TLSv1.3')
        expect(await accepted({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2')
        for (const ciphers of ['ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES256-GCM-SHA384']) {
          expect(await accepted({ maxVersion: 'TLSv1.2', ciphers })).toBe('TLSv1.2')
        }
        // The two that 8501 had before, those beside them, and whatever is left without these.
        for (const ciphers of [
          'ECDHE-ECDSA-AES128-SHA',
          'ECDHE-ECDSA-AES256-SHA',
          'ECDHE-ECDSA-AES128-SHA256',
          'ALL:!ECDHE-ECDSA-AES128-GCM-SHA256:!ECDHE-ECDSA-AES256-GCM-SHA384:@SECLEVEL=0',
        ]) {
          expect(await accepted({ maxVersion: 'TLSv1.2', ciphers })).toBe('refused')
        }
        expect(await accepted({ ...old, maxVersion: 'TLSv1.1' })).toBe('refused')
        expect(await accepted({ ...old, maxVersion: 'TLSv1' })).toBe('refused')
      },
    )

    it('tells its members, voters and leader', async () => {
      await eventually('autopilot has seen all', 30, async () => {
        const status = await askStatus(dc.home.link, 'ears', WANTED, dc.home.access)
        return status.healthy || status.detail
      })
      const status = await askStatus(dc.home.link, 'ears', WANTED, dc.home.access)
      expect(status.members.map(({ node, role, state, voter }) => [node, role, state, voter])).toEqual([
        ['carter', 'server', 'alive', true],
        ['hammond', 'server', 'alive', true],
        ['oneil', 'server', 'alive', true],
        ['ears', 'client', 'alive', undefined],
      ])
      expect(SERVERS).toContain(status.leader)
      expect(status).toMatchObject({ problems: [], unknown: [] })
    })

    it('does not find well what is wanted and no member, or a member and not wanted', async () => {
      const wanted = { servers: [...SERVERS, 'ghost'], clients: [], nodes: ['ears'] }
      const { healthy, problems } = await askStatus(dc.home.link, 'hammond', wanted, dc.home.access)
      expect(healthy).toBe(false)
      expect(problems).toEqual([
        'ghost is no member',
        'ears is a member and is to be none',
        'ghost does not vote',
      ])
    })

    it('tells a node in maintenance as that', async () => {
      const maintained = async () =>
        (await askStatus(dc.home.link, 'hammond', WANTED, dc.home.access)).failingChecks.map(
          ({ node, state }) => `${node} ${state}`,
        )
      expect((await dc.home.consul('ears', ['maint', '-enable', '-reason=new fan'])).code).toBe(0)
      await eventually('it is told', 30, async () => {
        const found = await maintained()
        return found.includes('ears maintenance') || found.join()
      })
      expect((await dc.home.consul('ears', ['maint', '-disable'])).code).toBe(0)
      await eventually('it is over', 30, async () => {
        const found = await maintained()
        return !found.includes('ears maintenance') || found.join()
      })
    })

    it('does not take for well what it may not ask', async () => {
      const { accessorId, secretId } = dc.home.token('ears')
      const access = { ...dc.home.access, management: { accessorId, secretId } }
      const status = await askStatus(dc.home.link, 'hammond', WANTED, access)
      expect(status.healthy).toBe(false)
      expect(status.unknown).toEqual([expect.stringMatching(/^who votes and leads: .*denied/i) as string])
      expect(status.members.every(({ voter }) => voter === undefined)).toBe(true)
    })
  })

  it('says how to get in again when the ACLs are not ours', async () => {
    const management = { accessorId: randomUUID(), secretId: randomUUID() }
    const outcomes = await dc.converge({ access: { ...dc.home.access, management } })
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

  it('has no word about old or unknown settings in any log', () => {
    for (const name of [...SERVERS, 'ears']) {
      const lines = dc.home.log(name).split('\n')
      expect(lines.filter((line) => /deprecat|unknown|invalid config/i.test(line))).toEqual([])
    }
  })
})
