import { describe, expect, it } from 'vitest'
import { passingSecrets } from '../secrets/store.ts'
import { meetWishes } from './meet-secrets.ts'
import type { SecretWish } from './secret-wish.ts'
import { authority, certificate, keyPair } from './wishes.ts'

const now = new Date('2026-01-01T00:00:00Z')

describe('wishes for secrets', () => {
  it('are met in the order in which they are made from each other, however they are given', async () => {
    const leaf = certificate({
      name: 'node/a/certificate',
      authority: 'ca',
      commonName: 'a',
      dnsNames: ['a'],
      ipAddresses: ['192.0.2.1'],
    })
    const secrets = await meetWishes(passingSecrets(), [leaf, authority('ca', 'CA')], now)
    expect(secrets.certificate('node/a/certificate').notAfter.getTime()).toBeGreaterThan(now.getTime())
  })

  it('may be of a sort that nobody else knows, made and rotated in its own way', async () => {
    let made = 0
    const make = () => ({ publicKey: `public ${++made}`, privateKey: `private key ${made}` })
    const store = passingSecrets()
    const pair = keyPair('mesh/a', make, 'the peers learn the new one')
    const odd: SecretWish = {
      name: 'odd',
      loss: 'nothing',
      meet: (held) => {
        held.ensure('odd', 'text', () => 'odd enough')
        return undefined
      },
    }
    const secrets = await meetWishes(store, [pair, pair, odd], now)
    expect(made).toBe(1)
    expect(secrets.text('odd')).toBe('odd enough')
    expect(secrets.previousKeyPair('mesh/a')).toBeUndefined()
    expect(pair.rotate?.(store)).toBe('apply')
    expect(secrets.keyPair('mesh/a').publicKey).toBe('public 2')
    expect(secrets.previousKeyPair('mesh/a')?.publicKey).toBe('public 1')
    expect(store.values().map(({ text }) => text)).not.toContain('public 2')
    expect(store.values().map(({ text }) => text)).toContain('private key 1')
  })
})
