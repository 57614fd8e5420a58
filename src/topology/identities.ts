/** Work that can say who it is: an engine vouches for what it runs, and others let that in. */

/** How an engine vouches for the work that it runs: each piece has signed tokens (RFC 7519), and whoever is shown one asks here for the keys. */
export interface ProvidedIdentities {
  /** What the way in is called by those who are shown a token. */
  readonly name: string
  /** Where the public keys are (RFC 7517): a URL that is good on each node whose servers are shown a token, and lives as long as these do. */
  readonly keys: string
  /** Name of the secret of the authority that has signed the certificate there. */
  readonly authority: string
  /** For whom the tokens are made. */
  readonly audience: string
  /** How they are signed. */
  readonly algorithms: readonly string[]
  /** What a token says of whose it is. */
  readonly claims: readonly string[]
  /** The one of these claims that names a service; a token that is for no service does not have it. */
  readonly service: string
}
