/** What Vault is to hold: made, changed, kept, taken away; asked of a real Vault, and read back with its own client. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { secretsFixture } from '../../contract/cluster-fixture.ts'
import { builtProgram } from '../../engines/engine-cache.ts'
import { askedToHold, OWN_MOUNTS } from '../../engines/vault/asked-to-hold.ts'
import { OneVault } from '../../engines/vault/one-vault.ts'
import { isUnseen } from '../../../src/engines/steps/step.ts'
import { heldFound } from '../../../src/engines/vault/store/held.ts'

const built = await builtProgram('vault')
if ('lacks' in built) console.log(`skipped: Vault: ${built.lacks}`)

const RULES = 'path "kv/data/app/*" {\n  capabilities = ["read"]\n}\n'
const KV = { kv: { type: 'kv', version: 2 } }

describe.skipIf('lacks' in built)('what the cluster file asks Vault to hold', () => {
  let vault: OneVault
  const secrets = secretsFixture()
  const PASSWORD = secrets.text('vault/value/app')

  beforeAll(async () => {
    if ('path' in built) vault = await OneVault.start(built.path)
  }, 180_000)
  afterAll(() => vault.end())

  const { wishes, look, converge, make, mounts } = askedToHold(() => vault, secrets)
  const refusal = async (written: Record<string, unknown>) => {
    const planned = (await look(written)).map(({ address, reason }) => [address, reason])
    const outcomes = await converge(written)
    expect(outcomes.map(({ address, failure }) => [address, failure])).toEqual(
      planned.map(([address, reason]) => [address, `${address}: ${reason}`]),
    )
    return planned.map(([, reason]) => reason).join('\n')
  }
  const field = (name: string, path: string) => vault.client('kv', 'get', '-mount=kv', `-field=${name}`, path)
  const OWN = OWN_MOUNTS

  it('is made, all of it, and leaves nothing when it leaves', async () => {
    const all = {
      policies: { app: { rules: RULES } },
      mounts: { ...KV, keys: { type: 'transit', description: 'for signing' }, 'deep/er': { type: 'kv' } },
      auth: { people: { type: 'userpass', max_lease_ttl: '2h', token_type: 'batch' } },
      kv: {
        'kv/app/database': { user: 'app', port: 5432, password: { secret: 'app' } },
        'deep/er/one': { n: 'x' },
      },
    }
    expect(await make(all)).toEqual([
      'create vault-policy:app',
      'create vault-mount:kv',
      'create vault-mount:keys',
      'create vault-mount:deep/er',
      'create vault-auth:people',
      'create vault-kv:kv/app/database',
      'create vault-kv:deep/er/one',
    ])
    expect(await vault.client('policy', 'read', 'app')).toBe(RULES.trim())
    expect(await field('password', 'app/database')).toBe(PASSWORD)
    expect(await field('port', 'app/database')).toBe('5432')
    expect(await vault.client('kv', 'get', '-mount=deep/er', '-field=n', 'one')).toBe('x')
    const auth = JSON.parse(await vault.client('auth', 'list', '-format=json')) as Record<string, unknown>
    expect(auth['people/']).toMatchObject({
      type: 'userpass',
      config: { max_lease_ttl: 7200, token_type: 'batch' },
    })
    // A policy, entries, engines and auth methods of which nobody has anything in them go by themselves.
    const removed = await make({})
    expect(removed.toSorted()).toEqual([
      'remove vault-auth:people',
      'remove vault-kv:deep/er/one',
      'remove vault-kv:kv/app/database',
      'remove vault-mount:deep/er',
      'remove vault-mount:keys',
      'remove vault-mount:kv',
      'remove vault-policy:app',
    ])
    expect(await mounts()).toEqual(OWN)
    expect(await vault.client('policy', 'list')).toBe('default\nroot')
  })

  it('is mended where somebody changed it by hand, and shown before', async () => {
    const written = {
      policies: { app: { rules: RULES } },
      mounts: { kv: { type: 'kv', version: 2, description: 'ours', default_lease_ttl: '1h' } },
      kv: { 'kv/app': { password: { secret: 'app' } } },
    }
    await make(written)
    await vault.client('write', 'sys/policies/acl/app', 'policy=path "a" { capabilities = ["list"] }')
    await vault.client('secrets', 'tune', '-default-lease-ttl=30m', '-description=theirs', 'kv/')
    await vault.client('kv', 'put', '-mount=kv', 'app', 'password=theirs')
    expect(await look(written)).toMatchObject([
      {
        address: 'vault-policy:app',
        action: 'update',
        differences: [{ field: 'rules', is: 'path "a" { capabilities = ["list"] }', wanted: RULES }],
      },
      {
        address: 'vault-mount:kv',
        differences: [
          { field: 'description', is: 'theirs', wanted: 'ours' },
          { field: 'default_lease_ttl', is: '1800s', wanted: '3600s' },
        ],
      },
      { address: 'vault-kv:kv/app', action: 'update', differences: [{ field: 'password' }] },
    ])
    await make(written)
    expect(await field('password', 'app')).toBe(PASSWORD)
    // What is taken back is the system's own again.
    await make({ ...written, mounts: KV })
    // Each write is a version; looks are none.
    const versions = await vault.client('kv', 'metadata', 'get', '-mount=kv', '-format=json', 'app')
    expect((JSON.parse(versions) as { data: { current_version: number } }).data.current_version).toBe(3)
  })

  it('is written again where somebody deleted it: an entry, its secrets engine, a policy', async () => {
    const written = { policies: { app: { rules: RULES } }, mounts: KV, kv: { 'kv/app': { n: 1 } } }
    await make(written)
    await vault.client('kv', 'delete', '-mount=kv', 'app')
    expect(await look(written)).toMatchObject([
      { address: 'vault-kv:kv/app', action: 'create', reason: 'somebody deleted it' },
    ])
    await make(written)
    await vault.client('kv', 'metadata', 'delete', '-mount=kv', 'app')
    await vault.client('policy', 'delete', 'app')
    expect(await make(written)).toEqual(['create vault-policy:app', 'create vault-kv:kv/app'])
    await vault.client('secrets', 'disable', 'kv/')
    expect(await make(written)).toEqual(['create vault-mount:kv', 'create vault-kv:kv/app'])
    expect(await field('n', 'app')).toBe('1')
  })

  it('is forgotten when somebody took it away that nobody wants any more', async () => {
    await vault.client('secrets', 'disable', 'kv/')
    await vault.client('policy', 'delete', 'app')
    expect((await look({})).map(({ reason }) => reason)).toEqual([
      'no longer wanted, and somebody took it away already',
      'no longer wanted, and somebody took it away already',
      'no longer wanted, and somebody took it away already',
    ])
    await make({})
    expect(await mounts()).toEqual(OWN)
  })

  describe('beside what people have there', () => {
    it('leaves a policy of theirs alone, and says what to type', async () => {
      await vault.client('write', 'sys/policies/acl/theirs', 'policy=path "a" { capabilities = ["list"] }')
      const written = { policies: { theirs: { rules: RULES } } }
      expect(await refusal(written)).toContain('vault policy delete theirs')
      expect(await vault.client('policy', 'read', 'theirs')).toContain('path "a"')
      await vault.client('policy', 'delete', 'theirs')
      await make(written)
      await make({})
    })

    it('leaves a secrets engine and an auth method of theirs alone, and takes them as they are', async () => {
      await vault.client('secrets', 'enable', '-path=kv', '-version=2', '-description=theirs', 'kv')
      await vault.client('auth', 'enable', '-description=theirs', 'userpass')
      expect(await refusal({ mounts: KV })).toContain('vault secrets move kv/ NAME/')
      expect(await refusal({ auth: { userpass: { type: 'approle' } } })).toContain('somebody else has')
      const same = {
        mounts: { kv: { type: 'kv', version: 2, description: 'theirs' } },
        auth: { userpass: { type: 'userpass', description: 'theirs' } },
      }
      expect(await look(same)).toEqual([])
      // It is theirs still: it does not leave with the cluster file, and not by the word for it either.
      expect(await look({ mounts: { kv: { remove: 'allowed' } } })).toEqual([])
      expect(await mounts()).toContain('kv/')
      await vault.client('auth', 'disable', 'userpass')
    })

    it('has entries in a secrets engine of theirs, and keeps it when they leave', async () => {
      const written = { kv: { 'kv/ours': { n: 1 } } }
      expect(await make(written)).toEqual(['create vault-kv:kv/ours'])
      await make({})
      expect(await mounts()).toEqual([...OWN, 'kv/'].toSorted())
      expect((await vault.tried('kv', 'metadata', 'get', '-mount=kv', 'ours')).code).toBe(2)
    })

    it('leaves an entry of theirs alone, also one that they deleted', async () => {
      await vault.client('kv', 'put', '-mount=kv', 'theirs', 'n=theirs')
      const written = { kv: { 'kv/theirs': { n: 'ours' } } }
      expect(await refusal(written)).toContain('vault kv metadata delete -mount=kv theirs')
      expect(await field('n', 'theirs')).toBe('theirs')
      await vault.client('kv', 'delete', '-mount=kv', 'theirs')
      expect(await refusal(written)).toContain('or had one')
      await vault.client('kv', 'metadata', 'delete', '-mount=kv', 'theirs')
    })

    it('keeps their fields in an entry of ours, when it is written and when it leaves', async () => {
      await make({ kv: { 'kv/shared': { n: 1 } } })
      await vault.client('kv', 'patch', '-mount=kv', 'shared', 'other=theirs')
      expect(await look({ kv: { 'kv/shared': { n: 1 } } })).toEqual([])
      await make({ kv: { 'kv/shared': { m: 2 } } })
      const read = await vault.client('kv', 'get', '-mount=kv', '-format=json', 'shared')
      expect((JSON.parse(read) as { data: { data: unknown } }).data.data).toEqual({ m: '2', other: 'theirs' })
      const [leaves] = await look({})
      expect(leaves?.reason).toBe('no longer wanted; what others have in it stays: other')
      await make({})
      const left = await vault.client('kv', 'get', '-mount=kv', '-format=json', 'shared')
      expect((JSON.parse(left) as { data: { data: unknown } }).data.data).toEqual({ other: 'theirs' })
      await vault.client('kv', 'metadata', 'delete', '-mount=kv', 'shared')
    })

    it('does not take away an entry that somebody changed since', async () => {
      await make({ kv: { 'kv/app': { n: 1 } } })
      await vault.client('kv', 'put', '-mount=kv', 'app', 'n=theirs')
      expect(await refusal({})).toContain('somebody changed it since')
      expect(await field('n', 'app')).toBe('theirs')
      await vault.client('kv', 'metadata', 'delete', '-mount=kv', 'app')
      await make({})
      await vault.client('secrets', 'disable', 'kv/')
      expect(await mounts()).toEqual(OWN)
    })

    it('does not take a secrets engine for its own list that somebody else made', async () => {
      await vault.client('secrets', 'enable', '-path=bramble', '-version=2', 'kv')
      const found = await vault.withApi((api) => heldFound(api, wishes({ mounts: KV })))
      expect(found).toMatchObject([{ address: 'vault-owned:*' }])
      expect(found.find(isUnseen)?.problem).toContain('vault secrets move bramble/ NAME/')
      const [outcome] = await converge({ mounts: KV })
      expect(outcome?.failure).toContain('vault secrets move bramble/ NAME/')
      expect(await mounts()).toEqual([...OWN, 'bramble/'].toSorted())
      await vault.client('secrets', 'disable', 'bramble/')
    })
  })

  describe('with data of people in it', () => {
    it('stays when it leaves the cluster file, with how many entries would be lost', async () => {
      await make({ mounts: KV, auth: { people: { type: 'userpass' } }, kv: { 'kv/ours': { n: 1 } } })
      for (const path of ['a', 'deep/b', 'deep/er/c'])
        await vault.client('kv', 'put', '-mount=kv', path, 'n=theirs')
      await vault.client('write', 'auth/people/users/ada', 'password=lovelace')
      const told = await look({})
      expect(told.map(({ address, action, reason }) => [address, action, reason])).toEqual([
        ['vault-kv:kv/ours', 'remove', 'no longer wanted; all its versions go, for good'],
        [
          'vault-mount:kv',
          'remove',
          'no longer wanted, and 3 entries would be lost with it, so it stays: write  mounts: { kv: { remove: allowed } }  to have it taken away all the same',
        ],
        [
          'vault-auth:people',
          'remove',
          'no longer wanted, and 1 user would be lost with it, so it stays: write  auth: { people: { remove: allowed } }  to have it taken away all the same',
        ],
      ])
      const failed = (await converge({})).filter(({ failure }) => failure !== undefined)
      expect(failed.map(({ address }) => address)).toEqual(['vault-mount:kv', 'vault-auth:people'])
      expect(await field('n', 'deep/er/c')).toBe('theirs')
    })

    it('goes when the cluster file says so, and the plan says what goes', async () => {
      const written = { mounts: { kv: { remove: 'allowed' } }, auth: { people: { remove: 'allowed' } } }
      expect((await look(written)).map(({ reason }) => reason)).toEqual([
        'no longer wanted, with all that is in it: 3 entries, for good',
        'no longer wanted, with all that is in it: 1 user, for good',
      ])
      await make(written)
      await make({})
      expect(await mounts()).toEqual(OWN)
    })

    it('is counted with what somebody changed of ours, and goes with it', async () => {
      await make({ mounts: KV, kv: { 'kv/ours': { n: 1 }, 'kv/same': { n: 1 } } })
      await vault.client('kv', 'put', '-mount=kv', 'ours', 'n=theirs')
      const told = await look({})
      expect(told.map(({ address }) => address)).toEqual([
        'vault-kv:kv/ours',
        'vault-kv:kv/same',
        'vault-mount:kv',
      ])
      expect(told.at(-1)?.reason).toContain('1 entry would be lost with it')
      const allowed = { mounts: { kv: { remove: 'allowed' } } }
      expect((await look(allowed)).map(({ reason }) => reason)).toEqual([
        'no longer wanted; it goes with its secrets engine',
        'no longer wanted; it goes with its secrets engine',
        'no longer wanted, with all that is in it: 2 entries, for good',
      ])
      await make(allowed)
      expect(await mounts()).toEqual(OWN)
    })

    it('of which nobody knows how to ask stays as well', async () => {
      await make({ mounts: { certificates: { type: 'pki' } } })
      expect(await refusal({})).toContain('all that is in it would be lost')
      await make({ mounts: { certificates: { remove: 'allowed' } } })
    })
  })

  it('cannot become another type, or lose its versions, and says what to type; it can get versions', async () => {
    await make({ mounts: { kv: { type: 'kv' } }, kv: { 'kv/app': { n: 1 } } })
    const other = { mounts: { kv: { type: 'transit' } }, kv: { 'kv/app': { n: 1 } } }
    expect(await refusal(other)).toContain('{ kv: { remove: allowed } }')
    await make({ mounts: KV, kv: { 'kv/app': { n: 2 } } })
    expect(await field('n', 'app')).toBe('2')
    const back = { mounts: { kv: { type: 'kv', version: 1 } }, kv: { 'kv/app': { n: 2 } } }
    expect(await refusal(back)).toContain('cannot become that')
    await make({})
  })

  it('is told where an entry has no secrets engine to lie in', async () => {
    expect(await refusal({ kv: { 'nowhere/app': { n: 1 } } })).toBe(
      'no secrets engine of type kv has this path: write  mounts: { nowhere: { type: kv, version: 2 } }',
    )
  })

  it('is not known while Vault is sealed', async () => {
    await make({ mounts: KV })
    await vault.client('operator', 'seal')
    const found = await vault.withApi((api) => heldFound(api, wishes({ mounts: KV })))
    expect(found).toMatchObject([{ address: 'vault-owned:*' }])
    expect(found.find(isUnseen)?.problem).toMatch(/sealed/)
    await vault.open()
    expect(await look({ mounts: KV })).toEqual([])
    await make({})
  })
})
