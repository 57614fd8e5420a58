import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ensureGossipKey, gossipKeyring } from './gossip-key.ts'
import { rotateSecret } from './rotation.ts'
import type { SecretStore } from './store.ts'
import { ScratchStore, codesOf } from './testing/scratch-store.ts'
import { ensureToken } from './token.ts'

let scratch: ScratchStore
let store: SecretStore
beforeEach(async () => {
  scratch = new ScratchStore()
  store = await scratch.open()
})
afterEach(() => scratch.remove())

describe('rotating', () => {
  it('gives a token new ids and keeps the old ones', () => {
    const before = ensureToken(store, 'consul/management')
    expect(rotateSecret(store, 'consul/management')).toBe('apply')
    const { value, previous } = store.get('consul/management', 'token')
    expect(value).not.toEqual(before)
    expect(previous?.value).toEqual(before)
  })

  it('takes a gossip key one step on with every call', () => {
    const before = gossipKeyring(ensureGossipKey(store, 'key'))
    const steps = [1, 2, 3].map(() => rotateSecret(store, 'key'))
    expect(steps).toEqual(['apply, then rotate again', 'apply, then rotate again', 'apply'])
    expect(store.get('key').value).toMatchObject({ phase: 'steady' })
    expect(gossipKeyring(store.get('key', 'gossip-key'))).not.toBe(before)
  })

  it('makes a text that is long enough for any password', () => {
    store.put('password', 'text', 'the first one')
    rotateSecret(store, 'password')
    expect(store.get('password', 'text').value).toMatch(/^[\w-]{32}$/)
  })

  it('takes a certificate away, so that the next apply issues one', () => {
    store.put('certificate', 'certificate', { certificatePem: 'a certificate', keyPem: 'its private key' })
    rotateSecret(store, 'certificate')
    expect(store.has('certificate')).toBe(false)
    expect(store.pending()).toEqual(['certificate'])
  })

  it('refuses what would not work with a new value', async () => {
    store.put('wireguard', 'key-pair', { publicKey: 'a public key', privateKey: 'a private key' })
    store.put('fields', 'fields', { unseal: 'some unseal key' })
    expect(await codesOf(() => rotateSecret(store, 'wireguard'))).toEqual(['SECRET_NOT_ROTATABLE'])
    expect(await codesOf(() => rotateSecret(store, 'fields'))).toEqual(['SECRET_NOT_ROTATABLE'])
    expect(() => rotateSecret(store, 'wireguard')).toThrow(
      expect.objectContaining({
        fix: 'type bramble secrets recreate wireguard, then bramble apply to have it made anew',
      }),
    )
  })
})
