/** Which version of Consul a cluster wants; what may follow what is told in `lines.ts` and judged for every engine alike. */
import type { EngineVersion } from '../contract.ts'
import { CLIENT_ROLE, SERVER_ROLE, type ClusterView } from './datacenter.ts'
import { CONSUL_LINES } from './lines.ts'
import { ENGINE } from './names.ts'
import { wantedVersion, type ServerOptions } from './options.ts'

/** The version of a datacenter. */
export function consulVersion(options: ServerOptions, cluster: ClusterView): EngineVersion {
  const statedBy =
    options.source === 'package' ? 'source' : options.version === undefined ? undefined : 'version'
  const wanted = wantedVersion(options, cluster.pinned(ENGINE))
  return {
    engine: ENGINE,
    lines: CONSUL_LINES,
    ...(wanted !== undefined && { wanted }),
    ...(statedBy !== undefined && { statedBy }),
    isAccepted: options.unmaintained === 'accepted',
    nodes: [...cluster.find(SERVER_ROLE), ...cluster.find(CLIENT_ROLE)].map(({ name }) => name),
  }
}
