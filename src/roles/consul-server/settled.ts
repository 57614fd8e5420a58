/** What the servers of a datacenter cannot change any more once they run. */
import { SERVER_ROLE } from '../../engines/consul/datacenter.ts'
import type { Datacenter } from '../../engines/consul/setup.ts'
import { settledNetwork, type BoundTo } from '../../engines/settled-network.ts'
import type { SettledValue } from '../role.ts'

/** Whatever else was in the old one is in the cluster file, or comes from the nodes. */
const CARRIED = 'entries go along with  consul kv export  before that and  consul kv import  after it'

/**
 * Servers know each other by certificates for server.DATACENTER.DOMAIN (`verify_server_hostname`), the state of one datacenter means
 * nothing to another, and a server that finds another folder is a new server of an old name.
 */
export function settledValues(
  { name, domain, dataFolder }: Datacenter,
  { name: network, network: made }: Pick<BoundTo, 'name' | 'network'>,
): readonly SettledValue[] {
  return [
    {
      what: 'the datacenter of Consul',
      value: name,
      path: ['roles', SERVER_ROLE, 'datacenter'],
      keep: (before) => `write  datacenter: ${before}  under ${SERVER_ROLE}`,
      carried: CARRIED,
    },
    {
      what: 'the domain of Consul',
      value: domain,
      path: ['domain'],
      keep: (before) => `write  domain: ${before}`,
      carried: CARRIED,
    },
    {
      what: "the folder of Consul's state",
      value: dataFolder,
      path: ['roles', SERVER_ROLE, 'data_dir'],
      keep: (before) => `write  data_dir: ${before}  under ${SERVER_ROLE}`,
      carried: CARRIED,
    },
    ...settledNetwork({
      what: "the network of Consul's agents",
      role: SERVER_ROLE,
      name: network,
      network: made,
    }).map((value) => ({ ...value, carried: CARRIED })),
  ]
}
