/** What the servers of Vault cannot change any more once they run. */
import { ROLE } from '../../engines/vault/names.ts'
import type { VaultOptions } from '../../engines/vault/options.ts'
import { settledNetwork } from '../../engines/settled-network.ts'
import type { Network } from '../../topology/network.ts'
import type { SettledValue } from '../role.ts'

/** The keys were split at the beginning, and a server that finds another folder is a new one. */
export function settledValues(
  { data_dir: folder, network: name, shares, threshold, generation }: VaultOptions,
  network: Network | undefined,
): readonly SettledValue[] {
  const one = (option: 'data_dir' | 'shares' | 'threshold', what: string, value: string): SettledValue => ({
    what,
    value,
    path: ['roles', ROLE, option],
    keep: (before) => `write  ${option}: ${before}  under ${ROLE}`,
  })
  const which = generation === 1 ? 'Vault' : `Vault number ${generation}`
  return [
    one('data_dir', "the folder of Vault's data", folder),
    one('shares', `the number of shares of ${which}`, String(shares)),
    one('threshold', `how many shares open ${which}`, String(threshold)),
    ...settledNetwork({ what: "the network of Vault's servers", role: ROLE, name, network }),
  ]
}
