/** What roles and engines wish for among the secrets, and how they read it. */

/** A secret that must exist before anything is compiled. Made once, kept encrypted. */
export type SecretWish =
  | { readonly name: string; readonly make: 'gossip-key' }
  | {
      readonly name: string
      readonly make: 'token'
      /** What it costs when it was lost and is made anew, where that is more than that nobody knows the old one any more. */
      readonly loss?: string
    }
  | { readonly name: string; readonly make: 'password'; readonly length?: number }
  | { readonly name: string; readonly make: 'authority'; readonly commonName: string }
  | {
      readonly name: string
      readonly make: 'certificate'
      /** Name of the wish for the authority that signs it. */
      readonly authority: string
      readonly commonName: string
      readonly dnsNames: readonly string[]
      readonly ipAddresses: readonly string[]
    }

/** Secrets as a role reads them; every read is synchronous because the wishes were met before. */
export interface RoleSecrets {
  /** Text of a `password`. */
  text(name: string): string
  token(name: string): { readonly accessorId: string; readonly secretId: string }
  /** What a token was before it was rotated for the last time. */
  previousToken(name: string): { readonly accessorId: string; readonly secretId: string } | undefined
  gossipKeys(name: string): readonly [string, ...string[]]
  /** PEM texts; for an authority the key stays with the controller and is not to be had here. */
  certificate(name: string): {
    readonly certificatePem: string
    readonly keyPem: string
    readonly notAfter: Date
  }
  authority(name: string): { readonly certificatePem: string }
  /** It was lost and is made anew because somebody said so, and its engine has not met the new one yet. */
  isRecreated(name: string): boolean
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
