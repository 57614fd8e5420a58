import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Bug } from '../diagnostics/bug.ts'
import { run } from '../support/run.ts'
import { ensureGossipKey } from './gossip-key.ts'
import { ScratchStore, codesOf, expectSuccess, runScript } from './testing/scratch-store.ts'
import { ensureToken } from './token.ts'

let scratch: ScratchStore
beforeEach(() => {
  scratch = new ScratchStore()
})
afterEach(() => scratch.remove())

const NOW = new Date('2026-03-01T12:00:00Z')

describe('a store', () => {
  it('keeps what was made the first time', async () => {
    const first = await scratch.open()
    const token = ensureToken(first, 'consul/management')
    await first.save()
    const second = await scratch.open()
    expect(ensureToken(second, 'consul/management')).toEqual(token)
    expect(second.pending()).toEqual([])
  })

  it('gives the same value throughout a run', async () => {
    const store = await scratch.open('read')
    expect(ensureToken(store, 'consul/management')).toEqual(ensureToken(store, 'consul/management'))
  })

  it('makes another value in every cluster', async () => {
    const one = await scratch.open('read')
    const other = await scratch.open('read')
    expect(ensureToken(one, 'consul/management')).not.toEqual(ensureToken(other, 'consul/management'))
  })

  it('leaves the disk as it was in a plan, and says what an apply would make', async () => {
    const store = await scratch.open('read')
    ensureGossipKey(store, 'consul/gossip-key')
    ensureToken(store, 'node/hammond/consul/token')
    expect(store.pending()).toEqual(['consul/gossip-key', 'node/hammond/consul/token'])
    expect(readdirSync(scratch.root)).toEqual([])
    await expect(store.save()).rejects.toThrow(Bug)
  })

  it('writes nothing when there is nothing to write', async () => {
    const store = await scratch.open()
    expect(await store.save()).toEqual([])
    expect(existsSync(scratch.folder)).toBe(false)
  })

  it('writes only what changed, and says so', async () => {
    await scratch.filled('one', 'two')
    const before = scratch.read('two.age')
    const store = await scratch.open()
    store.put('one', 'text', 'another value')
    expect(await store.save()).toEqual(['one'])
    expect(scratch.read('two.age')).toBe(before)
    expect((await scratch.open('read')).get('one').value).toBe('another value')
  })

  it('can be saved again and again', async () => {
    const store = await scratch.filled('one')
    store.put('one', 'text', 'second value')
    await store.save()
    store.put('one', 'text', 'third value')
    store.ensure('two', 'text', () => 'a new value')
    await store.save()
    const read = await scratch.open('read')
    expect(read.list().map(({ name }) => read.get(name).value)).toEqual(['third value', 'a new value'])
  })

  it('makes files that nobody else can read', async () => {
    await scratch.filled('node/hammond/consul/token')
    expect(statSync(scratch.path('node/hammond/consul/token.age')).mode & 0o777).toBe(0o600)
    expect(statSync(scratch.path('store-identity.age')).mode & 0o777).toBe(0o600)
    expect(statSync(scratch.path('node')).mode & 0o777).toBe(0o700)
  })

  it('can be opened by hand with the age program', async () => {
    await scratch.filled('consul/gossip-key')
    const storeIdentity = await expectSuccess(
      run('age', ['-d', '-i', scratch.identityFile, scratch.path('store-identity.age')]),
    )
    const args = ['-d', '-i', '-', scratch.path('consul/gossip-key.age')]
    const secret: unknown = JSON.parse(await expectSuccess(run('age', args, { input: storeIdentity })))
    expect(secret).toMatchObject({ name: 'consul/gossip-key', value: 'value of consul/gossip-key' })
  })

  it('leaves no trace of a value, or of the public key of the store, in the clear', async () => {
    await scratch.filled('one')
    const storeIdentity = await expectSuccess(
      run('age', ['-d', '-i', scratch.identityFile, scratch.path('store-identity.age')]),
    )
    const publicKey = (await expectSuccess(run('age-keygen', ['-y'], { input: storeIdentity }))).trim()
    const everything = ['one.age', 'store-identity.age', 'recipients.txt', '.gitattributes', '.gitignore']
      .map((file) => scratch.read(file))
      .join('\n')
    expect(readdirSync(scratch.folder).toSorted()).toEqual(
      ['one.age', 'store-identity.age', 'recipients.txt', '.gitattributes', '.gitignore'].toSorted(),
    )
    expect(everything).not.toContain(publicKey)
    expect(everything).not.toContain('value of one')
  })

  it('deletes the file of a removed secret, and the folders that it leaves empty', async () => {
    const store = await scratch.filled('node/hammond/consul/token', 'node/oneil/token')
    store.remove('node/hammond/consul/token')
    expect(await store.save()).toEqual(['node/hammond/consul/token'])
    expect(readdirSync(scratch.path('node'))).toEqual(['oneil'])
    expect((await scratch.open('read')).list().map(({ name }) => name)).toEqual(['node/oneil/token'])
  })

  it('keeps the value before a rotation', async () => {
    await scratch.filled('vault/unseal')
    const store = await scratch.open('create', { now: () => NOW })
    const old = store.get('vault/unseal')
    store.rotate('vault/unseal', 'text', () => 'the new value')
    await store.save()
    expect((await scratch.open('read')).get('vault/unseal')).toEqual({
      name: 'vault/unseal',
      kind: 'text',
      createdAt: NOW.toISOString(),
      value: 'the new value',
      previous: { createdAt: old.createdAt, value: 'value of vault/unseal' },
    })
  })

  it('imports over an existing secret only when told so', async () => {
    const store = await scratch.filled('dns/api-key')
    expect(await codesOf(() => store.import('dns/api-key', 'text', 'from outside'))).toEqual([
      'SECRET_EXISTS',
    ])
    store.import('dns/api-key', 'text', 'from outside', { replace: true })
    expect(store.get('dns/api-key')).toMatchObject({
      value: 'from outside',
      previous: { value: 'value of dns/api-key' },
    })
  })

  it('lists its secrets by name, without their values', async () => {
    await scratch.filled('two')
    const store = await scratch.open('create', { now: () => NOW })
    ensureToken(store, 'one')
    expect(store.list()).toEqual([
      {
        name: 'one',
        kind: 'token',
        createdAt: NOW.toISOString(),
        pending: true,
        hasPrevious: false,
        imported: false,
      },
      {
        name: 'two',
        kind: 'text',
        createdAt: store.get('two').createdAt,
        pending: false,
        hasPrevious: false,
        imported: false,
      },
    ])
  })

  it('hands out every text that must not show, replaced and removed ones too, and no other', async () => {
    const store = await scratch.filled('one', 'two', 'three')
    const { secretId } = ensureToken(store, 'token')
    store.put('pair', 'key-pair', { publicKey: 'a public key', privateKey: 'a private key' })
    store.put('one', 'text', 'the new one')
    store.remove('two')
    store.rotate('three', 'text', () => 'the new three')
    expect(new Set(store.values().map(({ text }) => text))).toEqual(
      new Set([
        'the new one',
        'value of one',
        'value of two',
        'the new three',
        'value of three',
        'a private key',
        secretId,
      ]),
    )
  })
})

describe('names', () => {
  it.each(['ca/key', 'consul/gossip-key', 'node/bobsrockets/consul/token', 'a', '0', 'x'.repeat(63)])(
    'can be %s',
    async (name) => {
      await scratch.filled(name)
      expect((await scratch.open('read')).has(name)).toBe(true)
    },
  )

  it.each([
    '',
    '/',
    '..',
    '../x',
    'a/../b',
    'a/./b',
    'a//b',
    '/a',
    'a/',
    'A',
    'a.b',
    'a_b',
    '-a',
    'a-',
    'ä',
    'a\0b',
    'a\nb',
    'a\\b',
    'store-identity',
    'x'.repeat(64),
    'a/b/c/d/e/f/g/h/i',
  ])('cannot be %j', async (name) => {
    const store = await scratch.open()
    expect(await codesOf(() => store.put(name, 'text', 'some value'))).toEqual(['SECRET_NAME_INVALID'])
    expect(await codesOf(() => store.get(name))).toEqual(['SECRET_NAME_INVALID'])
  })
})

describe('mistakes', () => {
  it('a missing secret is told with the name that was probably meant', async () => {
    const store = await scratch.filled('consul/gossip-key')
    expect(await codesOf(() => store.get('consul/gosip-key'))).toEqual(['SECRET_MISSING'])
    expect(() => store.get('consul/gosip-key')).toThrow(
      expect.objectContaining({ fix: 'did you mean consul/gossip-key?' }),
    )
    expect(await codesOf(() => store.remove('something/else'))).toEqual(['SECRET_MISSING'])
  })

  it('a secret of another kind is refused', async () => {
    const store = await scratch.filled('consul/gossip-key')
    expect(await codesOf(() => ensureGossipKey(store, 'consul/gossip-key'))).toEqual(['SECRET_KIND_MISMATCH'])
  })

  it('a value that is too short to be hidden is refused', async () => {
    const store = await scratch.open()
    expect(await codesOf(() => store.put('pin', 'text', '1234567'))).toEqual(['SECRET_TOO_SHORT'])
    expect(await codesOf(() => store.put('pin', 'text', '1 2 3 4 5 6 7'))).toEqual(['SECRET_TOO_SHORT'])
    expect(
      await codesOf(() => store.put('login', 'fields', { user: 'admin', password: 'long enough' })),
    ).toEqual(['SECRET_TOO_SHORT'])
  })

  it('a malformed value is refused without being repeated', async () => {
    const store = await scratch.open()
    const primary = 'c2hvcnQgYnV0IHNlY3JldA'
    const put = () => store.put('consul/gossip-key', 'gossip-key', { phase: 'steady', primary })
    expect(await codesOf(put)).toEqual(['SECRET_MALFORMED'])
    expect(put).toThrow(expect.not.objectContaining({ message: expect.stringContaining(primary) as string }))
  })
})

describe('two runs at once', () => {
  it('end with one value: the second one writes nothing and is told so', async () => {
    const [one, two] = [await scratch.open(), await scratch.open()]
    const token = ensureToken(one, 'consul/management')
    ensureToken(two, 'consul/management')
    ensureToken(two, 'another')
    await one.save()
    expect(await codesOf(() => two.save())).toEqual(['SECRETS_CHANGED_MEANWHILE'])
    const after = await scratch.open()
    expect(after.list().map(({ name }) => name)).toEqual(['consul/management'])
    expect(ensureToken(after, 'consul/management')).toEqual(token)
  })

  it('do not overwrite a rotation by one that began before it', async () => {
    await scratch.filled('one')
    const [first, second] = [await scratch.open(), await scratch.open()]
    first.rotate('one', 'text', () => 'value of the first')
    second.rotate('one', 'text', () => 'value of the second')
    await first.save()
    expect(await codesOf(() => second.save())).toEqual(['SECRETS_CHANGED_MEANWHILE'])
    expect((await scratch.open('read')).get('one').value).toBe('value of the first')
  })

  it('do not hinder each other when they change different secrets', async () => {
    await scratch.filled('one', 'two')
    const [first, second] = [await scratch.open(), await scratch.open()]
    first.put('one', 'text', 'value of the first')
    second.put('two', 'text', 'value of the second')
    await Promise.all([first.save(), second.save()])
    const read = await scratch.open('read')
    expect([read.get('one').value, read.get('two').value]).toEqual([
      'value of the first',
      'value of the second',
    ])
  })

  it('in processes of their own agree on one value for each secret', { timeout: 60_000 }, async () => {
    const script = `
      const { openSecrets } = await load('store.ts')
      const { ensureToken } = await load('token.ts')
      const options = ${JSON.stringify({ folder: scratch.folder, cluster: 'rainbow', mode: 'create' })}
      for (;;) {
        const store = await openSecrets(options)
        const tokens = ['a', 'b', 'c/d'].map((name) => ensureToken(store, name).secretId)
        try {
          await store.save()
        } catch (error) {
          if (error.code === 'SECRETS_CHANGED_MEANWHILE') continue
          throw error
        }
        console.log(tokens.join(' '))
        break
      }`
    const runs = Array.from({ length: 4 }, () => expectSuccess(runScript(script, scratch.environment)))
    const outputs = await Promise.all(runs)
    expect(new Set(outputs).size).toBe(1)
    const store = await scratch.open('read')
    expect(outputs[0]?.trim().split(' ')).toEqual(
      ['a', 'b', 'c/d'].map((name) => store.get(name, 'token').value.secretId),
    )
    expect(readdirSync(scratch.folder).filter((name) => /^\.(lock|tmp)/.test(name))).toEqual([])
    expect(readdirSync(join(scratch.identityFile, '..'))).toEqual(['rainbow.txt'])
  })
})
