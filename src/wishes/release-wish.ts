/** What roles wish for among the makers' releases. */

/** A vendor's release file that must be fetched, verified and pinned before anything is compiled. */
export interface ReleaseWish {
  /** Product in the vendor's layout: `/consul/VERSION/consul_VERSION_linux_arm64.zip`. */
  readonly product: string
  readonly version: string
  /** Architecture in the vendor's words: arm, arm64, amd64. */
  readonly architecture: string
  /** Path of the wanted file inside the archive. */
  readonly member: string
}
