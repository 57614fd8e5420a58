/** Values that only a running engine makes: what a role says of one, and how others read it. */
import { contentOf, type Content } from '../resources/kind.ts'
import { secretsCodes } from '../diagnostics/catalogue/secrets.ts'
import { SecretsError } from '../secrets/secrets-error.ts'
import type { SecretStore } from '../secrets/store.ts'
import { sha256 } from '../support/sha256.ts'
import type { RoleSecrets, SecretWish } from './secret-wish.ts'

/** A value that the engine of a role makes when it runs, such as the keys that open a Vault. */
export interface Offer {
  /** Name of the secret that it becomes, such as `vault/unseal-keys`. */
  readonly name: string
  /** What it costs when it was lost and the engine is asked for it anew, in a sentence without an end. */
  readonly loss: string
}

/** An offer among the secrets: nobody here makes it, and all else is as with every other. */
export function offerWish({ name, loss }: Offer): SecretWish {
  return {
    name,
    loss,
    offered: true,
    meet: () => undefined,
    rotate: () => {
      const way = `only its engine makes it; bring a value of your own with bramble secrets import --replace ${name}`
      throw new SecretsError(secretsCodes.SECRET_NOT_ROTATABLE({ name, kind: 'text', way }))
    },
  }
}

/** How offers are read. */
export type OfferedSecrets = Pick<RoleSecrets, 'offered' | 'fromOffer'>

/** Reads them from where they are kept, each time anew. */
export function offeredIn(store: Pick<SecretStore, 'has' | 'get'>): OfferedSecrets {
  const offered = (name: string): string | undefined =>
    store.has(name) ? store.get(name, 'text').value : undefined
  return { offered, fromOffer: (name, make) => offeredContent(name, offered(name), make) }
}

/** The content that is made of an offer, or one that stands for it until the offer is there. */
export function offeredContent(
  name: string,
  value: string | undefined,
  make: (value: string) => string | Uint8Array = (text) => text,
): Content {
  if (value !== undefined) return contentOf(make(value), true)
  return { sha256: sha256(`waits for ${name}`), bytes: Buffer.alloc(0), sensitive: true, waitsFor: name }
}

/** Lets a role read the offers that it has named, and no other: so a plan can say what each node waits for. */
export function onlyNamed<Secrets extends RoleSecrets>(secrets: Secrets, names: readonly string[]): Secrets {
  const named = (name: string): string => {
    if (names.includes(name)) return name
    throw new Error(`the offer ${name} was read, and is not among what the role needs`)
  }
  // On top of them: what stands in for secrets that are not there yet answers for any name.
  return Object.assign(Object.create(secrets) as Secrets, {
    offered: (name: string) => secrets.offered(named(name)),
    fromOffer: (name: string, make?: (value: string) => string | Uint8Array) =>
      secrets.fromOffer(named(name), make),
  })
}
