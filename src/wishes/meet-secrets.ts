/** Meets the wishes of roles for secrets, once and before anything is compiled. */
import { randomInt } from 'node:crypto'
import type { RoleSecrets, SecretWish } from './secret-wish.ts'
import { ensureCertificate, ensureCertificateAuthority } from '../secrets/certificates.ts'
import { ensureGossipKey, gossipKeyring } from '../secrets/gossip-key.ts'
import type { SecretStore } from '../secrets/store.ts'
import { ensureToken } from '../secrets/token.ts'

/** Letters and digits that nobody mistakes for one another. */
const PASSWORD_LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const PASSWORD_LENGTH = 24

/**
 * Makes what is wished for and not there yet, in the store's memory; the caller saves. Two roles may wish for the same
 * secret. Throws `SecretsError` for a store that cannot be used.
 */
export async function meetWishes(
  store: SecretStore,
  wishes: readonly SecretWish[],
  now: Date,
  isRecreated: (name: string) => boolean = () => false,
): Promise<RoleSecrets> {
  const unique = [...new Map(wishes.map((wish) => [wish.name, wish])).values()]
  // Authorities sign certificates, so they come first.
  for (const wish of unique) {
    if (wish.make === 'authority') {
      await ensureCertificateAuthority(store, { name: wish.name, subject: wish.commonName, now })
    }
  }
  const ends = new Map<string, Date>()
  for (const wish of unique) {
    if (wish.make === 'certificate') ends.set(wish.name, await meetCertificate(store, wish, now))
    else meetPlain(store, wish)
  }
  return { ...secretsOf(store, (name) => ends.get(name) ?? now), isRecreated }
}

/** Gives back when the certificate ends. */
async function meetCertificate(
  store: SecretStore,
  wish: Extract<SecretWish, { make: 'certificate' }>,
  now: Date,
): Promise<Date> {
  const { notAfter } = await ensureCertificate(store, {
    name: wish.name,
    issuer: wish.authority,
    subject: wish.commonName,
    dnsNames: wish.dnsNames,
    ipAddresses: wish.ipAddresses,
    now,
  })
  return notAfter
}

function meetPlain(store: SecretStore, wish: SecretWish): void {
  if (wish.make === 'gossip-key') ensureGossipKey(store, wish.name)
  if (wish.make === 'token') ensureToken(store, wish.name)
  if (wish.make === 'password') {
    store.ensure(wish.name, 'text', () => newPassword(wish.length ?? PASSWORD_LENGTH))
  }
}

function secretsOf(
  store: SecretStore,
  endOf: (certificate: string) => Date,
): Omit<RoleSecrets, 'isRecreated'> {
  return {
    text: (name) => store.get(name, 'text').value,
    token: (name) => store.get(name, 'token').value,
    previousToken: (name) => store.get(name, 'token').previous?.value,
    gossipKeys: (name) => JSON.parse(gossipKeyring(store.get(name, 'gossip-key'))) as [string, ...string[]],
    certificate: (name) => {
      const { certificatePem, keyPem } = store.get(name, 'certificate').value
      return { certificatePem, keyPem, notAfter: endOf(name) }
    },
    authority: (name) => ({ certificatePem: store.get(name, 'certificate-authority').value.certificatePem }),
  }
}

function newPassword(length: number): string {
  return Array.from({ length }, () => PASSWORD_LETTERS[randomInt(PASSWORD_LETTERS.length)]).join('')
}
