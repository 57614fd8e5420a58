/** What can be wrong with the servers of a datacenter, before any node is touched. */
import { rolesConsulCodes } from '../../engines/consul/codes.ts'
import { didYouMean } from '../../diagnostics/did-you-mean.ts'
import { agentFindings } from '../../engines/consul/agent-findings.ts'
import { copiedAgents } from '../../engines/consul/copied-agents.ts'
import { CLIENT_ROLE, SERVER_ROLE } from '../../engines/consul/datacenter.ts'
import { hiddenChecks } from '../../engines/consul/hidden-checks.ts'
import { CONSUL_LINES, DEBIAN_CONSUL } from '../../engines/consul/lines.ts'
import { ENGINE } from '../../engines/consul/names.ts'
import { spokenVersion, type ServerOptions } from '../../engines/consul/options.ts'
import { networkFindings } from '../../engines/network-findings.ts'
import { settingFindings } from '../../engines/consul/setting-findings.ts'
import { lineOfEngine } from '../../releases/engine-lines.ts'
import { compareLines, isOfLine } from '../../releases/version.ts'
import type { RoleFinding } from '../role.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'

const MOST_SERVERS = 7
/** A board that is sold with 512 MiB does not have it all; one with 1 GiB has more than this. */
const LEAST_MEMORY_BYTES = 768 * 1024 ** 2
const BUILT_IN_POLICIES = ['global-management', 'builtin/global-read-only']

/** All findings. */
export function serverFindings(options: ServerOptions, cluster: Cluster): readonly RoleFinding[] {
  const servers = cluster.find(SERVER_ROLE)
  return [
    ...numberOf(servers),
    ...servers.flatMap(tooSmall),
    ...uiNodes(options, cluster),
    ...policies(options),
    ...networkFindings(cluster, options.network, servers),
    ...settingFindings(options.settings, spokenVersion(options, cluster.pinned(ENGINE))),
    ...copiedAgents([...servers, ...cluster.find(CLIENT_ROLE)], options.data_dir),
    ...agentFindings(servers, (node) => cluster.servicesOn(node)),
    ...hiddenChecks(
      [...servers, ...cluster.find(CLIENT_ROLE)].flatMap(({ name }) => cluster.servicesOn(name)),
    ),
    ...version(options),
    ...packages(options, cluster),
  ]
}

function numberOf(servers: readonly ClusterNode[]): RoleFinding[] {
  const count = servers.length
  const [first] = servers
  if (count === 1 && first) {
    return [{ diagnostic: rolesConsulCodes.CONSUL_SERVERS_SINGLE({ node: first.name }) }]
  }
  if (count > 0 && count % 2 === 0) return [{ diagnostic: rolesConsulCodes.CONSUL_SERVERS_EVEN({ count }) }]
  if (count > MOST_SERVERS) return [{ diagnostic: rolesConsulCodes.CONSUL_SERVERS_MANY({ count }) }]
  return []
}

function tooSmall({ name, board }: ClusterNode): RoleFinding[] {
  const mebibytes = Math.round(board.memoryBytes / 1024 ** 2)
  const lacks =
    board.architecture === 'armv6'
      ? 'ARMv6'
      : board.memoryBytes < LEAST_MEMORY_BYTES
        ? `${mebibytes} MiB of memory`
        : undefined
  if (lacks === undefined) return []
  const details = { node: name, model: board.model, lacks }
  return [{ diagnostic: rolesConsulCodes.CONSUL_SERVER_BOARD_TOO_SMALL(details), node: name }]
}

function uiNodes({ ui }: ServerOptions, cluster: Cluster): RoleFinding[] {
  if (typeof ui === 'boolean') return []
  const agents = [...cluster.find(SERVER_ROLE), ...cluster.find(CLIENT_ROLE)].map(({ name }) => name)
  return ui
    .filter((name) => !agents.includes(name))
    .map((name) => ({
      diagnostic: rolesConsulCodes.CONSUL_UI_NODE_UNKNOWN({ name, near: didYouMean(name, agents) }),
      option: 'ui',
    }))
}

function policies({ tokens, policies: declared }: ServerOptions): RoleFinding[] {
  const known = [...Object.keys(declared), ...BUILT_IN_POLICIES]
  return Object.entries(tokens).flatMap(([token, wanted]) =>
    wanted.policies
      .filter((policy) => !known.includes(policy))
      .map((policy) => ({
        diagnostic: rolesConsulCodes.CONSUL_POLICY_UNKNOWN({
          token,
          policy,
          near: didYouMean(policy, known),
        }),
        option: 'tokens',
      })),
  )
}

function version({ version: written, source }: ServerOptions): RoleFinding[] {
  if (written === undefined) return []
  const [oldest] = CONSUL_LINES.known
  if (source === 'package') {
    const line = lineOfEngine(CONSUL_LINES, DEBIAN_CONSUL.version)
    if (isOfLine(written, line)) return []
    const details = { version: written, suite: DEBIAN_CONSUL.suite, line }
    return [{ diagnostic: rolesConsulCodes.CONSUL_PACKAGE_VERSION(details), option: 'version' }]
  }
  if (compareLines(lineOfEngine(CONSUL_LINES, written), oldest) >= 0) return []
  const details = { version: written, oldest }
  return [{ diagnostic: rolesConsulCodes.CONSUL_VERSION_UNSUPPORTED(details), option: 'version' }]
}

function packages({ source }: ServerOptions, cluster: Cluster): RoleFinding[] {
  // A node of the lab runs this computer's package, whatever board it stands for.
  if (source !== 'package' || cluster.lab) return []
  return [...cluster.find(SERVER_ROLE), ...cluster.find(CLIENT_ROLE)]
    .filter(
      ({ architecture, facts }) =>
        architecture === 'armv6' && facts['apt_archive']?.endsWith('/raspbian') !== true,
    )
    .map(({ name }) => ({ diagnostic: rolesConsulCodes.CONSUL_PACKAGE_ARMV6({ node: name }), node: name }))
}
