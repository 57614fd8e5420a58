/** How a Vault begins, and what a run finds that another one, cut off, has left; with servers that answer as Vault does. */
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Handover } from '../contract.ts'
import { begin, newWithKeys } from './begin.ts'
import { initWords, keyNames } from './keys.ts'
import { vaultOptions } from './options.ts'
import { NAMES, SHARES } from './testing/world.ts'
import { Worlds } from './testing/worlds.ts'

const worlds = new Worlds()
beforeAll(() => worlds.begin())
afterEach(() => worlds.end())
const worldOf = worlds.of.bind(worlds)
const servers = worlds.servers.bind(worlds)

describe('the beginning of a Vault', () => {
  const names = keyNames(vaultOptions.parse({}))
  const ANSWER = Buffer.from(
    JSON.stringify({ unseal_keys_b64: ['a', 'b', 'c', 'd', 'e'], root_token: 'hvs.first' }),
  )
  /** Keeps in memory; answers by `ask`. */
  function handover(
    ask: (node: string, argv: readonly string[]) => Promise<Buffer>,
    before: Readonly<Record<string, string>> = {},
  ) {
    const kept: Record<string, string> = { ...before }
    const asked: string[] = []
    const forgotten: string[] = []
    const given: Handover = {
      missing: () => names.filter((name) => kept[name] === undefined),
      forget: (node) => {
        forgotten.push(node)
        return Promise.resolve()
      },
      ask: (node, argv) => {
        asked.push(`${node} ${argv.slice(3, 6).join(' ')}`)
        return ask(node, argv)
      },
      keep: (values) => {
        Object.assign(kept, values)
        return Promise.resolve()
      },
    }
    return { given, kept, asked, forgotten }
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
    const link = await world.start()
    expect((await begin(some, link, given))?.failure).toContain('bramble backup restore vault.snapshot')
    // What lies in Consul is saved with Consul.
    const inConsul = { ...some.group, options: vaultOptions.parse({ storage: 'consul' }) }
    expect(newWithKeys({ ...some, group: inConsul })).toContain('bramble backup restore consul.snapshot')
    await given.keep(Object.fromEntries(names.map((name) => [name, 'a'])))
    expect((await begin(servers(), link, given))?.failure).toContain('generation: 2')
    expect(asked).toEqual([])
    // While one of them cannot be asked it is not known.
    expect(await begin(servers(), await worldOf(['new', 'new']).start(), given)).toBeUndefined()
  })

  it('of which only some keys got onto the disk gives the others once more, while they are on its server', async () => {
    const before = { 'vault/1/share-1': 'a', 'vault/1/share-2': 'of somebody' }
    const { given, kept, asked } = handover(() => Promise.resolve(ANSWER), before)
    const some = servers({ shares: Object.values(before) })
    expect(await begin(some, await worldOf(['sealed', 'new', 'new']).start(), given)).toBeUndefined()
    expect([asked.length, kept['vault/1/root-token']]).toEqual([1, 'hvs.first'])
    // What is kept is never written over.
    expect(kept['vault/1/share-2']).toBe('of somebody')
  })

  it('goes on with the keys that are left where the others are nowhere any more', async () => {
    const refuse = () => Promise.reject(new Error('* Vault is already initialized'))
    const { given, kept } = handover(refuse, { 'vault/1/share-1': 'a' })
    const some = servers({ shares: SHARES })
    expect(await begin(some, await worldOf(['sealed', 'sealed', 'new']).start(), given)).toBeUndefined()
    expect(kept).toEqual({ 'vault/1/share-1': 'a' })
  })

  it('leaves no keys on a node when a controller died after they were kept', async () => {
    const { given, forgotten, asked } = handover(() => Promise.resolve(ANSWER))
    await given.keep(Object.fromEntries(names.map((name) => [name, 'a'])))
    await begin(servers(), await worldOf(['sealed', 'new', 'new']).start(), given)
    expect([forgotten, asked]).toEqual([[...NAMES], []])
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
