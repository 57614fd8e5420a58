/** Secrets engines and auth methods of each type that a real Vault brings: made, changed, taken away. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { secretsFixture } from '../../contract/cluster-fixture.ts'
import { builtProgram } from '../../engines/engine-cache.ts'
import { askedToHold, OWN_MOUNTS } from '../../engines/vault/asked-to-hold.ts'
import { OneVault } from '../../engines/vault/one-vault.ts'

const built = await builtProgram('vault')
if ('lacks' in built) console.log(`skipped: Vault: ${built.lacks}`)

describe.skipIf('lacks' in built)('what the cluster file asks Vault to hold', () => {
  let vault: OneVault
  beforeAll(async () => {
    if ('path' in built) vault = await OneVault.start(built.path)
  }, 180_000)
  afterAll(() => vault.end())
  const { make, mounts } = askedToHold(() => vault, secretsFixture())

  it('is as wanted once it is made, of whatever type that Vault brings, and goes while nothing is in it', async () => {
    const engines = ['aws', 'azure', 'consul', 'database', 'gcp', 'kubernetes', 'ldap', 'nomad', 'rabbitmq']
    const methods = [
      'approle',
      'aws',
      'cert',
      'github',
      'jwt',
      'kubernetes',
      'ldap',
      'oidc',
      'okta',
      'radius',
    ]
    const typed = (names: readonly string[], with_: Record<string, unknown>) =>
      Object.fromEntries(names.map((type) => [type, { type, ...with_ }]))
    const removable = (names: readonly string[]) =>
      Object.fromEntries(names.map((name) => [name, { remove: 'allowed' }]))
    const all = [...engines, 'pki', 'ssh', 'terraform', 'totp', 'transit']
    await make({ mounts: typed(all, { max_lease_ttl: '2h' }), auth: typed(methods, { description: 'a' }) })
    await make({ mounts: typed(all, { listing_visibility: 'unauth' }), auth: typed(methods, {}) })
    await make({ mounts: removable(all), auth: removable(methods) })
    await make({})
    expect(await mounts()).toEqual(OWN_MOUNTS)
  })
})
