/** The secrets that many wish for. A role that needs another one makes a {@link SecretWish} of its own. */
import { randomInt } from 'node:crypto'
import { ensureCertificate, ensureCertificateAuthority } from '../secrets/certificates.ts'
import { ensureGossipKey } from '../secrets/gossip-key.ts'
import { ensureToken } from '../secrets/token.ts'
import type { KeyPair, SecretWish } from './secret-wish.ts'

/** Letters and digits that nobody mistakes for one another. */
const PASSWORD_LETTERS = 'abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789'
const PASSWORD_LENGTH = 24

/** A key that all members of a group encrypt with. */
export function gossipKey(name: string): SecretWish {
  return {
    name,
    loss: 'the members exchange it while they run; who is off then hears nothing until an apply reaches it',
    meet: (store) => {
      ensureGossipKey(store, name)
      return undefined
    },
  }
}

/** A token; `loss` where it costs more than that nobody knows the old one any more. */
export function token(name: string, loss?: string): SecretWish {
  return {
    name,
    loss: loss ?? 'the old one ends; who used it by hand has to be given the new one',
    meet: (store) => {
      ensureToken(store, name)
      return undefined
    },
  }
}

/** A random text of letters and digits; `loss` where it costs more than that nobody knows the old one any more. */
export function password(name: string, loss?: string): SecretWish {
  return {
    name,
    loss: loss ?? `a random value; if it was your own: bramble secrets import --replace ${name}`,
    meet: (store) => {
      store.ensure(name, 'text', () => newPassword(PASSWORD_LENGTH))
      return undefined
    },
  }
}

/** A secret that the cluster file refers to: it has to be there, or to be made by whoever else wishes for it. */
export function referredWish(name: string): SecretWish {
  return {
    name,
    loss: `only you know it; bring it back with bramble secrets import ${name}`,
    meet: () => undefined,
  }
}

/** An authority that signs certificates of nodes. */
export function authority(name: string, commonName: string): SecretWish {
  return {
    name,
    loss: 'with it every certificate that it signed; all that show one change it at once, and believe nobody meanwhile',
    meet: async (store, now) => {
      const { notAfter } = await ensureCertificateAuthority(store, { name, subject: commonName, now })
      return notAfter
    },
  }
}

/** What a certificate is to say. */
export interface CertificateWish {
  readonly name: string
  /** Name of the wish for the authority that signs it. */
  readonly authority: string
  readonly commonName: string
  readonly dnsNames: readonly string[]
  readonly ipAddresses: readonly string[]
}

/** A certificate of a node, made anew in time. */
export function certificate(wish: CertificateWish): SecretWish {
  const { name, authority: issuer, commonName: subject, dnsNames, ipAddresses } = wish
  return {
    name,
    from: issuer,
    loss: 'who shows it reads the new one',
    meet: async (store, now) => {
      const asked = { name, issuer, subject, dnsNames, ipAddresses, now }
      const { notAfter } = await ensureCertificate(store, asked)
      return notAfter
    },
  }
}

/** Two keys of whatever sort `make` makes. A rotation keeps the old ones, for members that still use them. */
export function keyPair(name: string, make: () => KeyPair, loss: string): SecretWish {
  return {
    name,
    loss,
    meet: (store) => {
      store.ensure(name, 'key-pair', make)
      return undefined
    },
    rotate: (store) => {
      store.rotate(name, 'key-pair', make)
      return 'apply'
    },
  }
}

function newPassword(length: number): string {
  return Array.from({ length }, () => PASSWORD_LETTERS[randomInt(PASSWORD_LETTERS.length)]).join('')
}
