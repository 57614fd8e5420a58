/** What the servers of a datacenter cannot change any more once they run. */
import { SERVER_ROLE } from '../../engines/consul/datacenter.ts'
import type { Datacenter } from '../../engines/consul/setup.ts'
import type { SettledValue } from '../role.ts'

/**
 * Servers know each other by certificates for server.DATACENTER.DOMAIN (`verify_server_hostname`), the state of one datacenter means
 * nothing to another, and a server that finds another folder is a new server of an old name.
 */
export function settledValues({ name, domain, dataFolder }: Datacenter): readonly SettledValue[] {
  return [
    {
      what: 'the datacenter of Consul',
      value: name,
      path: ['roles', SERVER_ROLE, 'datacenter'],
      keep: (before) => `write  datacenter: ${before}  under ${SERVER_ROLE}`,
    },
    {
      what: 'the domain of Consul',
      value: domain,
      path: ['domain'],
      keep: (before) => `write  domain: ${before}`,
    },
    {
      what: "the folder of Consul's state",
      value: dataFolder,
      path: ['roles', SERVER_ROLE, 'data_dir'],
      keep: (before) => `write  data_dir: ${before}  under ${SERVER_ROLE}`,
    },
  ]
}
