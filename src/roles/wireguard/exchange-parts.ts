/** What an exchange of keys goes by. */
import type { Cluster } from '../../topology/cluster.ts'
import type { RoleSecrets } from '../../wishes/secret-wish.ts'
import type { WireguardOptions } from './options.ts'

/** What is needed to change keys. */
export interface ExchangeParts {
  readonly options: WireguardOptions
  readonly cluster: Cluster
  readonly secrets: RoleSecrets
}
