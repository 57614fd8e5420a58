/** What the servers of Vault cannot change any more once they run. */
import { PLACE, MOVING, ROLE } from '../../engines/vault/names.ts'
import type { VaultOptions } from '../../engines/vault/options.ts'
import { settledNetwork } from '../../engines/settled-network.ts'
import type { Network } from '../../topology/network.ts'
import type { SettledValue } from '../role.ts'

const IN_CONSUL = "in Consul's store below "

/** What to write to have the data where they are; from one sort of place to the other they can be moved. */
function keepData(before: string, now: VaultOptions['storage']): string {
  if (before.startsWith(MOVING))
    return `type  bramble vault migrate --to ${now} --from file:${before.slice(MOVING.length)}  to end that`
  const wasInConsul = before.startsWith(IN_CONSUL)
  const option = wasInConsul ? `consul_path: ${before.slice(IN_CONSUL.length)}` : `data_dir: ${before}`
  if (wasInConsul === (now === 'consul')) return `write  ${option}  under ${ROLE}`
  const stay = `write  storage: ${wasInConsul ? 'consul' : 'raft'}  and  ${option}  under ${ROLE} to leave them there`
  return `type  bramble vault migrate --to ${now}  to move them, or ${stay}`
}

/** The keys were split at the beginning, and a server that finds another folder is a new one. */
export function settledValues(
  {
    data_dir: folder,
    network: name,
    shares,
    threshold,
    generation,
    storage,
    consul_path: path,
  }: VaultOptions,
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
    storage === 'raft'
      ? { ...one('data_dir', PLACE, folder), keep: (before) => keepData(before, 'raft') }
      : {
          what: PLACE,
          value: `${IN_CONSUL}${path}`,
          path: ['roles', ROLE, 'storage'],
          keep: (before) => keepData(before, 'consul'),
        },
    one('shares', `the number of shares of ${which}`, String(shares)),
    one('threshold', `how many shares open ${which}`, String(threshold)),
    ...settledNetwork({ what: "the network of Vault's servers", role: ROLE, name, network }),
  ]
}
