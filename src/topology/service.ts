/** A declared service. */

/** A service that the cluster file declares. */
export interface ClusterService {
  readonly name: string
  readonly port?: number
  /** Who is meant to reach the port; the cluster when left out. */
  readonly to?: 'cluster' | 'everyone'
  readonly tags: readonly string[]
  readonly meta: Readonly<Record<string, string>>
  readonly checks: readonly Readonly<Record<string, unknown>>[]
  /** systemd unit that keeps it running. */
  readonly unit?: string
}
