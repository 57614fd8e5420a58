/** What roles and engines wish for among the secrets, and how they read it. */
import type { Content } from '../resources/kind.ts'
import type { RotationStep } from '../secrets/rotation.ts'
import type { SecretStore } from '../secrets/store.ts'

/** A secret that must exist before anything is compiled. Made once, kept encrypted; see `wishes.ts` for the common ones. */
export interface SecretWish {
  readonly name: string
  /** What it costs when it was lost and is made anew, in a sentence without an end. */
  readonly loss: string
  /** Name of the secret that it is made with. While that one is there, nobody notices that this one was lost. */
  readonly from?: string
  /** Only a running engine makes it: until it has, there is none. */
  readonly offered?: true
  /**
   * Says of others, by their names, that they stay among the secrets as long as this one is wished for, although nobody wishes for them any more:
   * keys that open a backup from before.
   */
  readonly keeps?: (name: string) => boolean
  /**
   * Makes it where it is not there, in the store's memory, and gives back when it ends, where it does. What it is made with is there before.
   * Throws `SecretsError` for a store that cannot be used.
   * @internal
   */
  meet(store: SecretStore, now: Date): Date | undefined | Promise<Date | undefined>
  /**
   * Gives it a new value and keeps the old one; left out where its kind tells how.
   * @internal
   */
  rotate?(store: SecretStore): RotationStep
}

/** Tells which secrets stay because of these wishes. */
export function keptBy(wishes: readonly SecretWish[]): (name: string) => boolean {
  const wished = new Set(wishes.map(({ name }) => name))
  const keepers = wishes.flatMap(({ keeps }) => keeps ?? [])
  return (name) => wished.has(name) || keepers.some((keeps) => keeps(name))
}

/** Secrets as a role reads them; every read is synchronous because the wishes were met before. */
export interface RoleSecrets {
  /** Text of a `password`. */
  text(name: string): string
  token(name: string): { readonly accessorId: string; readonly secretId: string }
  /** What a token was before it was rotated for the last time. */
  previousToken(name: string): { readonly accessorId: string; readonly secretId: string } | undefined
  keyPair(name: string): KeyPair
  /** What a key pair was before it was rotated for the last time. */
  previousKeyPair(name: string): KeyPair | undefined
  gossipKeys(name: string): readonly [string, ...string[]]
  /** PEM texts; for an authority the key stays with the controller and is not to be had here. */
  certificate(name: string): {
    readonly certificatePem: string
    readonly keyPem: string
    readonly notAfter: Date
  }
  authority(name: string): { readonly certificatePem: string }
  /**
   * The value of an offer as it is now; undefined while its engine has not made it. Whoever asks an engine asks for it each time: it comes in
   * the middle of a run. The role must name it among its needs or its offers.
   */
  offered(name: string): string | undefined
  /**
   * A content that is made of an offer; of the value as it is when `make` is left out. While the offer is not there, the resource that has it,
   * and every resource that needs that one, is left as it is on the node. The content is secret. The role must name the offer among its needs.
   */
  fromOffer(name: string, make?: (value: string) => string | Uint8Array): Content
  /** It was lost and is made anew because somebody said so, and its engine has not met the new one yet. */
  isRecreated(name: string): boolean
}

/** Two keys in whatever form their user writes them; the public one may show. */
export interface KeyPair {
  readonly publicKey: string
  readonly privateKey: string
}

/** A certificate that a node shows. */
export interface ServedCertificate {
  /** Name of its secret. */
  readonly secret: string
  /** Where it lies on the node: a resource of kind file. */
  readonly path: string
  /** TCP port of the node's loopback that shows it. */
  readonly port: number
  /** Name by which it is checked there. */
  readonly name: string
  /** Name of the secret of its authority. */
  readonly authority: string
  /** What makes it be read again on the node, if it was not. */
  readonly unit: string
}
