/** How the servers are asked, begun, opened and taken in, with servers that answer as Vault does; the real ones are in the lane. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { issueAuthority } from '../../secrets/certificate-issuing.ts'
import type { Handover } from '../contract.ts'
import { groupState, mayInterrupt } from '../raft-group.ts'
import { begin } from './begin.ts'
import { bringIn, type Servers } from './bring-in.ts'
import { vaultGroup } from './group.ts'
import { initWords } from './keys.ts'
import { vaultOptions } from './options.ts'
import type { VaultNode } from './setup.ts'
import { statusOf } from './status.ts'
import { askServers } from './ask-server.ts'
import { NAMES, ROOT, SHARES, World } from './testing/world.ts'
import { vaultStore } from './vault-store.ts'

type Pem = Awaited<ReturnType<typeof issueAuthority>>

let authority: Pem
const worlds: World[] = []
beforeAll(async () => {
  authority = await issueAuthority({ subject: 'test', days: 1, now: new Date() })
})
afterEach(() => {
  for (const world of worlds.splice(0)) world.stop()
})

/** Servers in these states, the one of this name active. */
function worldOf(states: ConstructorParameters<typeof World>[1], active?: string): World {
  const world = new World(authority, states, active)
  worlds.push(world)
  return world
}

const NODES = NAMES.map((name, index) => ({
  name,
  fqdn: `${name}.home.arpa`,
  address: `192.0.2.${index + 1}`,
})) as unknown as readonly VaultNode[]

function servers(
  kept: { shares?: readonly string[]; rootToken?: string } = { shares: SHARES, rootToken: ROOT },
): Servers {
  const { shares = [], rootToken } = kept
  return {
    group: {
      cluster: 'office',
      servers: NODES,
      dataFolder: '/var/lib/vault',
      watched: false,
      raftMultiplier: 1,
      options: vaultOptions.parse({}),
    },
    nodes: NODES,
    access: {
      authorityPem: authority.certificatePem,
      keys: () => ({ shares, ...(rootToken !== undefined && { rootToken }) }),
    },
  }
}

const byName = (name: string): VaultNode => NODES.find((node) => node.name === name) as VaultNode

describe('the beginning of a Vault', () => {
  const ANSWER = Buffer.from(
    JSON.stringify({ unseal_keys_b64: ['a', 'b', 'c', 'd', 'e'], root_token: 'hvs.first' }),
  )
  /** Keeps in memory; answers by `ask`. */
  function handover(ask: (node: string, argv: readonly string[]) => Promise<Buffer>) {
    const kept: Record<string, string> = {}
    const asked: string[] = []
    const given: Handover = {
      missing: () => (Object.keys(kept).length === 0 ? ['vault/1/share-1'] : []),
      ask: (node, argv) => {
        asked.push(`${node} ${argv.slice(3, 6).join(' ')}`)
        return ask(node, argv)
      },
      keep: (values) => {
        Object.assign(kept, values)
        return Promise.resolve()
      },
    }
    return { given, kept, asked }
  }

  it('is on the first server, and its keys are kept before anything else is asked', async () => {
    const world = worldOf(['new', 'new', 'new'])
    const { given, kept, asked } = handover(() => Promise.resolve(ANSWER))
    expect(await begin(servers({}), await world.start(), given)).toBeUndefined()
    expect(asked).toEqual(['ant /usr/local/bin/vault operator init'])
    expect(kept).toMatchObject({ 'vault/1/share-5': 'e', 'vault/1/root-token': 'hvs.first' })
    expect(world.asked.every((one) => one.includes('GET health'))).toBe(true)
  })

  it('is asked of the server that has begun, whose answer may still be there', async () => {
    const world = worldOf(['new', 'sealed', 'new'])
    const { given, asked, kept } = handover(() => Promise.resolve(ANSWER))
    await begin(servers({}), await world.start(), given)
    expect([asked, Object.keys(kept).length]).toEqual([['bee /usr/local/bin/vault operator init'], 6])
  })

  it('that nobody has the keys of is a dead end with both ways out, and never a second beginning', async () => {
    const world = worldOf(['new', 'sealed', 'new'])
    const { given, asked } = handover(() => Promise.reject(new Error('* Vault is already initialized')))
    const outcome = await begin(servers({}), await world.start(), given)
    expect(outcome?.failure).toMatch(/bramble secrets import.*take vault out of the cluster file/)
    expect(asked).toHaveLength(1)
  })

  it('waits while one server cannot be asked: it may have begun', async () => {
    const world = worldOf(['new', 'new'])
    const { given, asked } = handover(() => Promise.resolve(ANSWER))
    await expect(begin(servers({}), await world.start(), given)).rejects.toThrow(
      /cow: there is no way to cow/,
    )
    expect(asked).toEqual([])
  })

  it('is not thought of where any key is kept: data that are gone come back from a backup', async () => {
    const world = worldOf(['new', 'new', 'new'])
    const { given, asked } = handover(() => Promise.resolve(ANSWER))
    const some = servers({ shares: ['share-two'] })
    expect(await begin(some, await world.start(), given)).toBeUndefined()
    expect([asked, world.asked]).toEqual([[], []])
  })

  it('has patience for a slow card, and no secret among its words', () => {
    expect(initWords(vaultOptions.parse({ shares: 3, threshold: 2 }))).toEqual([
      'env',
      'VAULT_CLIENT_TIMEOUT=15m',
      'HOME=/run/bramble',
      '/usr/local/bin/vault',
      'operator',
      'init',
      '-address=https://localhost:8200',
      '-ca-cert=/etc/vault/ca.pem',
      '-key-shares=3',
      '-key-threshold=2',
      '-format=json',
    ])
  })
})

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

  it('opens what is sealed before nodes change', async () => {
    const world = worldOf(['sealed', 'sealed', 'sealed'])
    const outcomes: unknown[] = []
    await vaultStore(servers()).prepare?.(await world.start(), 'ant', (one) => outcomes.push(one))
    expect(outcomes).toEqual(NAMES.map((name) => ({ address: `vault-server:${name}`, action: 'update' })))
  })
})

describe('the status', () => {
  async function status(world: World, lost?: number) {
    return statusOf(await askServers(await world.start(), NODES, NODES, servers().access), lost)
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
