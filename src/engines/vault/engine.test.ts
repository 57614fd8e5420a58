/** How the servers are asked, opened and taken in, with servers that answer as Vault does; the real ones are in the lane. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { secretsFixture } from '../../../test/contract/cluster-fixture.ts'
import type { Handover, NodeLink } from '../contract.ts'
import { groupState, mayInterrupt } from '../raft-group.ts'
import { bringIn } from './bring-in.ts'
import { vaultGroup } from './group.ts'
import { heldWishes } from './held-wishes.ts'
import { vaultOptions } from './options.ts'
import type { VaultNode } from './setup.ts'
import { statusOf } from './status.ts'
import { askServers } from './ask-server.ts'
import { NAMES, ROOT, SHARES, type World } from './testing/world.ts'
import { NODES, Worlds } from './testing/worlds.ts'
import { vaultStore } from './vault-store.ts'

const worlds = new Worlds()
beforeAll(() => worlds.begin())
afterEach(() => worlds.end())
const worldOf = worlds.of.bind(worlds)
const servers = worlds.servers.bind(worlds)

const byName = (name: string): VaultNode => NODES.find((node) => node.name === name) as VaultNode

describe('a server', () => {
  it('that is sealed is opened with the kept shares', async () => {
    const world = worldOf(['open', 'sealed', 'open'], 'ant')
    const link = await world.start()
    expect(await bringIn(servers(), link, byName('bee'))).toEqual({ passed: true, detail: 'bee is open' })
    expect(world.members['bee']?.state).toBe('open')
  })

  it('that is sealed while no share is kept says which secrets bring it back', async () => {
    const world = worldOf(['sealed', 'sealed', 'sealed'])
    const { passed, detail } = await bringIn(servers({}), await world.start(), byName('bee'))
    expect([passed, detail]).toEqual([
      false,
      'bee is sealed, and 0 of the 3 shares that it takes are kept: bring them back with  bramble secrets import vault/1/share-1',
    ])
    expect(world.asked.filter((one) => one.includes('unseal'))).toEqual([])
  })

  it('with a new card is taken out under its old id before it joins under a new one', async () => {
    const world = worldOf(['open', 'open', 'open'], 'ant')
    world.members['cow'] = { state: 'new', given: 0 }
    await bringIn(servers(), await world.start(), byName('cow'))
    const steps = world.asked.filter((one) => /remove-peer|join|unseal/.test(one))
    expect(steps.slice(0, 3)).toEqual([
      'ant POST storage/raft/remove-peer',
      'cow POST storage/raft/join',
      'cow PUT unseal',
    ])
    expect(world.peers.get('cow')).toBe('new-id-cow')
  })

  it('has nobody to join while none is active', async () => {
    const world = worldOf(['sealed', 'new', 'new'])
    const { passed, detail } = await bringIn(servers(), await world.start(), byName('bee'))
    expect([passed, detail]).toEqual([false, 'bee has nobody to join: none is active'])
  })
})

describe('the group', () => {
  async function state(world: World, known = servers()) {
    const link = await world.start()
    const group = vaultGroup(known)
    return groupState(group.wanted, await Promise.all(NAMES.map((name) => group.ask(link, name))))
  }

  it('can lose one of three that are open, and none when one is sealed', async () => {
    expect(mayInterrupt(await state(worldOf(['open', 'open', 'open'], 'ant')), 'bee').passed).toBe(true)
    const sealed = await state(worldOf(['open', 'open', 'sealed'], 'ant'))
    expect(mayInterrupt(sealed, 'bee').passed).toBe(false)
    expect(mayInterrupt(sealed, 'cow').passed).toBe(true)
  })

  it('is there although nobody leads: servers with data are not changed all at once', async () => {
    const all = await state(worldOf(['sealed', 'sealed', 'sealed']))
    expect([all.formed, all.isLed, mayInterrupt(all, 'ant').passed]).toEqual([true, false, false])
    expect((await state(worldOf(['new', 'new', 'new']))).formed).toBe(false)
  })

  it('is not known without a token that may ask who votes: then nothing is taken for the only member', async () => {
    const world = worldOf(['open', 'open', 'open'], 'ant')
    world.token = 'another'
    expect(await state(world)).toMatchObject({ isUnknown: true })
  })
})

/** The keys are there. */
const KEPT: Handover = {
  missing: () => [],
  ask: () => Promise.reject(new Error('nothing is asked')),
  forget: () => Promise.resolve(),
  keep: () => Promise.reject(new Error('nothing is kept')),
}

describe('the store', () => {
  it('finds what is sealed and what has not joined, and nothing where all serve', async () => {
    const look = async (world: World) => vaultStore(servers()).check(await world.start(), 'ant')
    const well = worldOf(['open', 'open', 'open'], 'ant')
    await vaultStore(servers()).converge(await well.start(), 'ant', () => undefined, KEPT)
    expect(await look(well)).toEqual({ differences: [], unseen: [] })
    const { differences } = await look(worldOf(['open', 'sealed', 'new'], 'ant'))
    expect(differences.map(({ address, action }) => [address, action])).toEqual([
      ['vault-server:bee', 'update'],
      ['vault-server:cow', 'create'],
      ['vault-audit:bramble-journal', 'create'],
      ['vault-audit:bramble-file', 'create'],
    ])
  })

  it('takes a server that cannot be asked and has a vote for unseen, and one that is yet to come for a difference', async () => {
    const world = worldOf(['open', 'open'], 'ant')
    const link = await world.start()
    const { differences } = await vaultStore(servers()).check(link, 'ant')
    expect(differences[0]).toMatchObject({ address: 'vault-server:cow', action: 'create' })
    world.peers.set('cow', 'id-cow')
    expect((await vaultStore(servers()).check(link, 'ant')).unseen).toMatchObject([
      { address: 'vault-server:cow' },
    ])
  })

  it('takes one in anew that was taken out, its data set aside first', async () => {
    const world = worldOf(['open', 'open', 'removed'], 'ant')
    world.peers.delete('cow')
    const link = await world.start()
    const ran: string[] = []
    const withPrograms: NodeLink = {
      ...link,
      run: (node, argv) => {
        ran.push(`${node} ${argv.slice(4).join(' ')}`)
        world.members[node] = { state: 'new', given: 0 }
        return Promise.resolve({ code: 0, stdout: Buffer.alloc(0), stderr: '' })
      },
    }
    const { differences } = await vaultStore(servers()).check(link, 'ant')
    expect(differences[0]).toMatchObject({ address: 'vault-server:cow', action: 'update' })
    const outcomes: unknown[] = []
    await vaultStore(servers()).grow?.(withPrograms, 'ant', (one) => outcomes.push(one))
    expect(ran).toEqual(['cow vault.service /var/lib/vault/raft'])
    expect([outcomes, world.peers.get('cow')]).toEqual([
      [{ address: 'vault-server:cow', action: 'update' }],
      'new-id-cow',
    ])
  })

  it('begins to write down what is asked, the journal first, and leaves the devices of others alone', async () => {
    const world = worldOf(['open', 'open', 'open'], 'bee')
    world.audits['mine/'] = { type: 'file', options: { file_path: '/srv/mine' } }
    const outcomes: { readonly address: string }[] = []
    await vaultStore(servers()).converge(await world.start(), 'ant', (one) => outcomes.push(one), KEPT)
    expect(outcomes.map(({ address }) => address)).toEqual([
      'vault-audit:bramble-journal',
      'vault-audit:bramble-file',
    ])
    expect(Object.keys(world.audits)).toEqual(['mine/', 'bramble-journal/', 'bramble-file/'])
  })

  describe('with something that Vault is to hold', () => {
    const RULES = 'path "kv/data/app" { capabilities = ["read"] }'
    const written = {
      policies: { app: { rules: RULES } },
      mounts: { kv: { type: 'kv', version: 2 } },
      auth: { userpass: { type: 'userpass' } },
      kv: { 'kv/app': { password: { secret: 'app' } } },
    }
    const holding = (kept: { readonly rootToken?: string } = { rootToken: ROOT }) => {
      const held = heldWishes(vaultOptions.parse(written), secretsFixture())
      return vaultStore(servers({ shares: kept.rootToken === undefined ? [] : SHARES, ...kept }, held))
    }
    const KINDS = ['vault-policy', 'vault-mount', 'vault-auth', 'vault-kv']

    it('does not know of it while all are sealed: neither that it is there, nor that it is not', async () => {
      const { differences, unseen } = await holding().check(
        await worldOf(['sealed', 'sealed', 'sealed']).start(),
        'ant',
      )
      expect(differences.map(({ address }) => address)).toEqual(NAMES.map((name) => `vault-server:${name}`))
      expect(unseen).toEqual(
        KINDS.map((kind) => ({
          address: `${kind}:*`,
          problem: 'no server is open and active that could be asked',
        })),
      )
    })

    it('does not know of it either where the active server does not take the token', async () => {
      const world = worldOf(['open', 'open', 'open'], 'ant')
      world.token = 'another'
      const { unseen } = await holding().check(await world.start(), 'ant')
      expect(unseen.map(({ address }) => address)).toEqual(KINDS.map((kind) => `${kind}:*`))
      expect(unseen[0]?.problem).toContain('permission denied')
    })

    it('is to make all of it in a new Vault, after its servers and the audit devices, and shows no value', async () => {
      const { differences } = await holding({}).check(await worldOf(['new', 'new', 'new']).start(), 'ant')
      const addresses = ['vault-policy:app', 'vault-mount:kv', 'vault-auth:userpass', 'vault-kv:kv/app']
      expect(differences.slice(-4).map(({ address }) => address)).toEqual(addresses)
      expect(differences.at(-5)?.address).toBe('vault-audit:bramble-file')
      expect(differences.at(-1)?.differences).toEqual([{ field: 'password' }])
      expect((await holding({}).whole()).map(({ address }) => address)).toEqual(
        differences.map(({ address }) => address),
      )
      expect(holding().size).toBe(3 + 2 + 4)
      // Where keys are kept it is not new, but waits for what they open.
      const [first] = (await holding().check(await worldOf(['new', 'new', 'new']).start(), 'ant')).differences
      const says = {
        address: 'vault-init:vault',
        reason: expect.stringContaining('bramble backup restore vault.snapshot'),
      }
      expect([first, (await holding().whole())[0]]).toMatchObject([says, says])
    })

    it('writes none of it while no audit device is on', async () => {
      const world = worldOf(['open', 'open', 'open'], 'ant')
      world.refusesAudit = true
      const failed: string[] = []
      const told = ({ address, failure }: { readonly address: string; readonly failure?: string }): void => {
        if (failure !== undefined) failed.push(address)
      }
      await holding().converge(await world.start(), 'ant', told, KEPT)
      expect(failed).toEqual(['vault-audit:bramble-journal', 'vault-audit:bramble-file'])
      expect(world.asked.filter((one) => /(PUT|POST) (policies|mounts|auth)/.test(one))).toEqual([])
    })
  })

  it('opens what is sealed before nodes change', async () => {
    const world = worldOf(['sealed', 'sealed', 'sealed'])
    const outcomes: unknown[] = []
    await vaultStore(servers()).prepare?.(await world.start(), 'ant', (one) => outcomes.push(one))
    expect(outcomes).toEqual(NAMES.map((name) => ({ address: `vault-server:${name}`, action: 'update' })))
  })
})

describe('the status', () => {
  async function status(world: World, lost?: number) {
    const looks = await askServers(await world.start(), NODES, NODES, servers().access)
    return statusOf(looks, { votes: true, ...(lost !== undefined && { lost }) })
  }

  it('does not take a sealed server for well, and says what opens it', async () => {
    expect(await status(worldOf(['open', 'open', 'open'], 'ant'))).toMatchObject({
      healthy: true,
      detail: '3 of 3 servers open, ant active',
    })
    const { healthy, problems } = await status(worldOf(['open', 'sealed', 'open'], 'ant'))
    expect([healthy, problems]).toEqual([false, ['bee is sealed: bramble apply opens it']])
  })

  it('says that the keys are lost, and that nobody answers', async () => {
    const { problems } = await status(worldOf(['sealed', 'sealed', 'sealed']), 1)
    expect(problems[0]).toMatch(/^Vault has begun on ant, and its keys are not among the secrets/)
    expect(problems.at(-1)).toBe('no server is active: nobody gets an answer')
  })
})

describe('servers whose data lie in Consul', () => {
  /** They know beforehand who they are, and nobody is asked who votes. */
  function inConsul() {
    const known = servers()
    const options = vaultOptions.parse({ storage: 'consul', shares: 3, threshold: 3 })
    const members = NODES.map(({ address }) => `${address}:8201`)
    return { ...known, group: { ...known.group, options }, access: { ...known.access, members } }
  }

  async function state(world: World) {
    const link = await world.start()
    const group = vaultGroup(inConsul())
    const answers = await Promise.all(NAMES.map((name) => group.ask(link, name)))
    return groupState(group.wanted, answers, group.decides)
  }

  it('can lose all but one that is open', async () => {
    const two = await state(worldOf(['open', 'open', 'sealed'], 'ant'))
    expect([two.failureTolerance, mayInterrupt(two, 'ant').passed, mayInterrupt(two, 'bee').passed]).toEqual([
      1,
      true,
      true,
    ])
    const one = await state(worldOf(['open', 'sealed', 'sealed'], 'ant'))
    expect([mayInterrupt(one, 'ant').passed, mayInterrupt(one, 'cow').passed]).toEqual([false, true])
  })

  it('are taken out of service by a change of their agent, too', () => {
    const { interruptedBy } = vaultGroup(inConsul())
    expect(['vault', 'consul', 'ssh'].map((unit) => interruptedBy(`service:${unit}.service`))).toEqual([
      true,
      true,
      false,
    ])
    expect(vaultGroup(servers()).interruptedBy('service:consul.service')).toBe(false)
  })

  it('are well without a consensus, and come after Consul', async () => {
    const world = worldOf(['open', 'open', 'open'], 'ant')
    const known = inConsul()
    const looks = await askServers(await world.start(), NODES, NODES, known.access)
    expect(statusOf(looks, { votes: false })).toMatchObject({ healthy: true, unknown: [], problems: [] })
    expect(world.asked.filter((one) => one.includes('raft'))).toEqual([])
    expect(vaultStore({ ...known, held: heldWishes(known.group.options, secretsFixture()) }).after).toEqual([
      'consul',
    ])
  })
})
