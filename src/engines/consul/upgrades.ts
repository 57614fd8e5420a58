/** Which version of Consul a cluster wants, and why another one may not follow the one that runs. */
import { rolesConsulCodes } from '../../diagnostics/catalogue/roles-consul.ts'
import type { EngineVersion } from '../contract.ts'
import { datacenterOf, type ClusterView } from './datacenter.ts'
import { ENGINE } from './names.ts'
import { DEFAULT_VERSION, type ServerOptions } from './options.ts'
import { compareVersions, upgradeStep } from './version.ts'

/** The version of a datacenter. */
export function consulVersion(options: ServerOptions, cluster: ClusterView): EngineVersion {
  const { version, servers, clients } = datacenterOf(cluster, options)
  const statedBy =
    options.source === 'package' ? 'source' : options.version === undefined ? undefined : 'version'
  return {
    engine: ENGINE,
    wanted: version,
    newest: compareVersions(version, DEFAULT_VERSION.release) > 0 ? version : DEFAULT_VERSION.release,
    ...(statedBy !== undefined && { statedBy }),
    nodes: [...servers, ...clients].map(({ name }) => name),
    refusal,
  }
}

const refusal: EngineVersion['refusal'] = (from, to, nodes) => {
  const step = upgradeStep(from, to)
  if (step.kind === 'downgrade') return rolesConsulCodes.CONSUL_DOWNGRADE({ from, to, nodes })
  if (step.kind !== 'too-far') return undefined
  return rolesConsulCodes.CONSUL_UPGRADE_TOO_FAR({ from, to, nodes, through: step.through })
}
