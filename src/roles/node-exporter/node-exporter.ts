/** The role `node-exporter`: what a board and its system measure, for Prometheus. */
import { z } from 'zod'
import { networkFindings } from '../../engines/network-findings.ts'
import { pageText } from '../../engines/page-text.ts'
import {
  PROMETHEUS_FOLDER,
  servedBy,
  trustFiles,
  trustOf,
  trustResources,
  trustWishes,
} from '../../engines/prometheus/trust.ts'
import type { Gate } from '../../engines/contract.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { reasonOf } from '../../support/reason.ts'
import { onNetwork } from '../../topology/network.ts'
import { defineRole, type RoleContext, type RoleWishContext } from '../role.ts'
import { boardMetrics } from './board-metrics.ts'

const ROLE = 'node-exporter'
const UNIT = 'prometheus-node-exporter'
const WEB_CONFIG = `${PROMETHEUS_FOLDER}/node-exporter-web.yml`
const PATH = '/metrics'
const PATIENCE_SECONDS = 60

const nodeExporterOptions = z
  .strictObject({
    port: z.int().min(1).max(65535).default(9100).describe('TCP port of the metrics.'),
    network: z
      .string()
      .optional()
      .describe(
        'Role whose network they are fetched over, such as wireguard; by the address of the node when left out.',
      ),
  })
  .describe('Measures of the board and its system: memory, disks, heat, network, clock.')

type NodeExporterOptions = z.output<typeof nodeExporterOptions>

/** Where Prometheus fetches them, and the node's own address beside it. */
function addressesOf({ options, node, cluster }: RoleWishContext<NodeExporterOptions>): readonly string[] {
  const network = options.network === undefined ? undefined : cluster.network(options.network)
  return [...new Set([onNetwork(node, network).address, node.address])]
}

const files = trustFiles(ROLE)

/** TLS for both ends (exporter-toolkit, web-configuration.md): who has no certificate of ours reads nothing. */
const WEB_CONFIG_TEXT = `tls_server_config:
  cert_file: ${files.certificate}
  key_file: ${files.key}
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ${files.authority}
  min_version: TLS12
`

function resources({ options, node, secrets }: RoleContext<NodeExporterOptions>): Resource[] {
  const trust = trustResources(ROLE, node, secrets)
  const exporter = debianPackage({ name: 'prometheus-node-exporter' })
  const webConfig = file({ path: WEB_CONFIG, content: WEB_CONFIG_TEXT, needs: trust.map(addressOf) })
  // It listens on all addresses: one that comes later, as that of a mesh does, is among them.
  const settings = file({
    path: '/etc/default/prometheus-node-exporter',
    content: `ARGS="--web.listen-address=:${options.port} --web.config.file=${WEB_CONFIG}"\n`,
    needs: [addressOf(exporter)],
  })
  const read = [exporter, webConfig, settings, ...trust.filter(({ kind }) => kind === 'file')].map(addressOf)
  return [
    ...trust,
    exporter,
    ...boardMetrics([addressOf(exporter)]),
    webConfig,
    settings,
    service({ name: UNIT, restartOn: read, needs: read }),
  ]
}

/** It gives measures of this very boot. */
function gate({ options, node, secrets }: RoleContext<NodeExporterOptions>): Gate {
  return {
    name: 'node-exporter: gives metrics',
    node: node.name,
    engine: ROLE,
    patienceSeconds: PATIENCE_SECONDS,
    ask: async (link) => {
      try {
        const asked = { node: node.name, port: options.port, path: PATH, trust: trustOf(ROLE, node, secrets) }
        const passed = /^node_boot_time_seconds \d/m.test(await pageText(link, asked))
        return {
          passed,
          detail: passed ? 'metrics of the node come' : 'what it gives are no metrics of a node',
        }
      } catch (error) {
        return { passed: false, detail: `no metrics come: ${reasonOf(error)}` }
      }
    },
  }
}

/** Debian's exporter of a node's measures, which only Prometheus may read. */
const nodeExporter = defineRole({
  name: ROLE,
  summary: 'Measures of a board and its system, which Prometheus fetches over TLS.',
  pace: 'together',
  options: nodeExporterOptions,
  findings: ({ options, cluster, nodes }) => networkFindings(cluster, options.network, nodes),
  provides: ({ options }) => [
    {
      name: ROLE,
      ports: [{ port: options.port, protocol: 'tcp' }],
      to: 'watchers',
      metrics: { path: PATH, port: options.port, scheme: 'https' },
      ...(options.network !== undefined && { network: options.network }),
    },
  ],
  secrets: (context) => trustWishes(ROLE, context.node, addressesOf(context)),
  certificates: ({ node, options }) => [servedBy(ROLE, node, options.port, UNIT)],
  resources,
  gates: (context) => [gate(context)],
})

export default nodeExporter
