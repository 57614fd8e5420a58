/** What the servers of Nomad cannot change any more once they run. */
import { SERVER_ROLE } from '../../engines/nomad/names.ts'
import type { ServerOptions } from '../../engines/nomad/options.ts'
import { settledNetwork } from '../../engines/settled-network.ts'
import type { Network } from '../../topology/network.ts'
import type { SettledValue } from '../role.ts'

/** Servers know each other by certificates for server.REGION.nomad, and one that finds another folder is a new server of an old name. */
export function settledValues(
  { region, data_dir: folder, network: name }: ServerOptions,
  network: Network | undefined,
): readonly SettledValue[] {
  const carried = 'jobs go along with  nomad job inspect  before that and  nomad job run  after it'
  const values = [
    {
      what: 'the region of Nomad',
      value: region,
      path: ['roles', SERVER_ROLE, 'region'],
      keep: (before: string) => `write  region: ${before}  under ${SERVER_ROLE}`,
    },
    {
      what: "the folder of Nomad's servers",
      value: folder,
      path: ['roles', SERVER_ROLE, 'data_dir'],
      keep: (before: string) => `write  data_dir: ${before}  under ${SERVER_ROLE}`,
    },
    ...settledNetwork({ what: "the network of Nomad's agents", role: SERVER_ROLE, name, network }),
  ]
  return values.map((value) => ({ ...value, carried }))
}
