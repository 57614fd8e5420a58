/** The token that saves snapshots, and the program that saves and takes back, with one real Vault. */
import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isStep } from '../../../src/engines/steps/step.ts'
import { heldWishes } from '../../../src/engines/vault/held-wishes.ts'
import { vaultOptions } from '../../../src/engines/vault/options.ts'
import { convergeHeld, heldFound } from '../../../src/engines/vault/store/held.ts'
import { run } from '../../../src/support/run.ts'
import { secretsFixture } from '../../contract/cluster-fixture.ts'
import { temporaryFolder } from '../../contract/temporary.ts'
import { builtProgram } from '../../engines/engine-cache.ts'
import { OneVault } from '../../engines/vault/one-vault.ts'

const built = await builtProgram('vault')
if ('lacks' in built) console.log(`skipped: Vault: ${built.lacks}`)

const SCRIPT = 'src/engines/vault/snapshot.sh'

describe.skipIf('lacks' in built)('snapshots of a Vault', () => {
  const program = 'path' in built ? built.path : ''
  const folder = temporaryFolder('vault-snapshot')
  const saved = join(folder, 'saved')
  let vault: OneVault
  const started: OneVault[] = []
  const secrets = secretsFixture()
  let token = secrets.text('vault/snapshot')

  beforeAll(async () => {
    vault = await OneVault.start(program, 'raft')
    started.push(vault)
    // `systemctl` is not there for what a test has started; nothing here is to call it.
    mkdirSync(join(folder, 'bin'))
    writeFileSync(join(folder, 'bin/systemctl'), '#!/bin/sh\necho "$*" >&2\nexit 9\n')
    chmodSync(join(folder, 'bin/systemctl'), 0o755)
  }, 180_000)
  afterAll(async () => {
    for (const one of started) await one.end()
    rmSync(folder, { recursive: true })
  })

  /** The secrets with the token as it is now. */
  const kept = { text: (name: string) => (name === 'vault/snapshot' ? token : secrets.text(name)) }
  const wishes = (isSaved: boolean) => heldWishes(vaultOptions.parse({}), kept, isSaved)
  const look = (isSaved: boolean) =>
    vault.withApi(async (api) =>
      (await heldFound(api, wishes(isSaved))).map((one) =>
        isStep(one) ? `${one.difference.action} ${one.difference.address}` : one.problem,
      ),
    )
  async function converge(isSaved: boolean): Promise<void> {
    const failures: unknown[] = []
    await vault.withApi((api) =>
      convergeHeld(api, wishes(isSaved), ({ failure }) => failure !== undefined && failures.push(failure)),
    )
    expect(failures).toEqual([])
    expect(await look(isSaved)).toEqual([])
  }

  /** Runs the program as root of a node would, with what it reads. */
  async function snapshot(verb: 'save' | 'restore', input = '') {
    const { certificates, consensus } = vault.folders
    writeFileSync(join(certificates, 'snapshot.token'), `${token}\n`)
    const { address } = vault
    const where = [certificates, address, address, 'vault.service', consensus]
    const words = [SCRIPT, program, ...where, verb, saved]
    const environment = {
      ...process.env,
      PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    }
    const { code, stdout, stderr } = await run('sh', words, { environment, input, timeoutSeconds: 300 })
    return { code, said: `${stderr}${stdout.toString()}` }
  }
  const withToken = async (secret: string, ...words: string[]) => {
    const own = vault.keys
    vault.keys = { ...own, token: secret }
    try {
      return await vault.tried(...words)
    } finally {
      vault.keys = own
    }
  }

  it('are saved by a token that may do nothing else but renew itself', async () => {
    expect(await look(true)).toEqual([
      'create vault-policy:bramble-snapshot',
      'create vault-token:bramble-snapshot',
    ])
    await converge(true)
    await vault.client('secrets', 'enable', '-path=kv', 'kv')
    await vault.client('write', 'kv/a', 'n=saved-value-Xq7')
    expect(await snapshot('save')).toEqual({ code: 0, said: expect.any(String) })
    expect(statSync(saved).mode & 0o777).toBe(0o600)
    expect(readFileSync(saved).includes('saved-value-Xq7')).toBe(false)
    for (const words of [
      ['read', 'kv/a'],
      ['secrets', 'list'],
      ['token', 'lookup'],
      ['token', 'create'],
      ['policy', 'read', 'bramble-snapshot'],
      ['operator', 'raft', 'list-peers'],
      ['operator', 'raft', 'snapshot', 'restore', saved],
      ['operator', 'raft', 'snapshot', 'restore', '-force', saved],
    ]) {
      const { code, stdout, stderr } = await withToken(token, ...words)
      expect([words, code === 0, stdout + stderr]).toEqual([
        words,
        false,
        expect.stringContaining('permission denied'),
      ])
    }
  })

  it('has another token when the secret was rotated, and the old one ends', async () => {
    const old = token
    token = 'another-token-of-the-same-length'
    expect(await look(true)).toEqual(['update vault-token:bramble-snapshot'])
    await converge(true)
    expect((await withToken(old, 'token', 'renew')).code).not.toBe(0)
    expect((await snapshot('save')).code).toBe(0)
  })

  it('has its rights back where somebody took them, or the token, away', async () => {
    await vault.client('policy', 'delete', 'bramble-snapshot')
    expect((await snapshot('save')).code).not.toBe(0)
    await converge(true)
    await vault.client('token', 'revoke', token)
    expect(await look(true)).toEqual(['update vault-token:bramble-snapshot'])
    expect((await snapshot('save')).said).toContain('permission denied')
    await converge(true)
    expect((await snapshot('save')).code).toBe(0)
  })

  it('bring back what was there', async () => {
    await vault.client('write', 'kv/a', 'n=written-since')
    await vault.client('write', 'kv/b', 'n=made-since')
    expect((await snapshot('restore', '\n')).said).toContain('does not take the token')
    expect(await snapshot('restore', `${vault.keys.token}\n`)).toEqual({ code: 0, said: expect.any(String) })
    expect(await vault.client('read', '-field=n', 'kv/a')).toBe('saved-value-Xq7')
    expect((await vault.tried('read', 'kv/b')).code).toBe(2)
    expect(await look(true)).toEqual([])
  })

  it('end with their token and policy when nobody keeps them', async () => {
    await converge(false)
    expect((await snapshot('save')).code).not.toBe(0)
    expect(await vault.client('policy', 'list')).toBe('default\nroot')
    expect(
      Object.keys(JSON.parse(await vault.client('secrets', 'list', '-format=json')) as object),
    ).not.toContain('bramble/')
  })

  describe('of a Vault that is gone', () => {
    it('come back to one that has not begun, which has the keys of the old one then and no others', async () => {
      const { keys } = vault
      await vault.end()
      vault = await OneVault.startNew(program, 'raft')
      started.push(vault)
      expect(await snapshot('restore', `${keys.token}\n`)).toEqual({ code: 0, said: expect.any(String) })
      expect(readdirSync(vault.folders.consensus)).not.toContain('begun-for-a-snapshot')
      vault.keys = keys
      await vault.open()
      expect(await vault.client('read', '-field=n', 'kv/a')).toBe('saved-value-Xq7')
      await converge(true)
      expect((await snapshot('save')).code).toBe(0)
    }, 300_000)

    it('do not come back to another one that has begun, and nothing of it is touched', async () => {
      await vault.end()
      vault = await OneVault.start(program, 'raft')
      started.push(vault)
      await vault.client('secrets', 'enable', '-path=own', 'kv')
      const { code, said } = await snapshot('restore', `${vault.keys.token}\n`)
      expect([code, said]).toEqual([1, expect.stringContaining('where none has begun')])
      expect(await vault.client('secrets', 'list')).toContain('own/')
    }, 180_000)

    it('are told with what is wrong while the server is sealed', async () => {
      await vault.client('operator', 'seal')
      expect((await snapshot('restore', 'any\n')).said).toContain('type bramble apply, which opens it')
      expect((await snapshot('save')).code).not.toBe(0)
    })
  })
})
