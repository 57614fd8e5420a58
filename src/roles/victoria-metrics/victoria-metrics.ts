/** The role `victoria-metrics`: what the role for Prometheus does, with VictoriaMetrics. */
import { accessResources } from '../../engines/prometheus/access.ts'
import { alertmanager } from '../../engines/prometheus/alertmanager.ts'
import { catalogReaderOf } from '../../engines/prometheus/catalog.ts'
import { catalogResources } from '../../engines/prometheus/catalog-resources.ts'
import { watcherFindings } from '../../engines/prometheus/findings.ts'
import { secondsOf } from '../../engines/prometheus/options.ts'
import { storedGate, type AskedWatcher } from '../../engines/prometheus/questions.ts'
import { rulesText } from '../../engines/prometheus/rules.ts'
import { PROMETHEUS_USER, trustResources } from '../../engines/prometheus/trust.ts'
import { watcherProvides, watcherSecrets, watcherStatus } from '../../engines/prometheus/watcher.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type LocalAddress, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { unit } from '../../resources/service/unit.ts'
import { accountOfPackage } from '../../resources/user/account-of-package.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { defineRole, type RoleContext, type RoleFinding } from '../role.ts'
import { victoriaMetricsCodes } from './codes.ts'
import {
  alertUnitText,
  CONFIG,
  SAMPLES,
  HEARERS,
  hearersText,
  PORT,
  ROLE,
  RULES,
  scrapeText,
  SERVER_DROP_IN,
  serverArguments,
  victoriaMetricsOptions,
  type VictoriaMetricsOptions,
} from './config.ts'

const PACKAGE = 'victoria-metrics'
/** Debians with the package (packages.debian.org/victoria-metrics). */
const PACKAGED = ['bookworm']
const ALERT_UNIT = 'bramble-vmalert'
const DROP_IN_FOLDER = '/etc/systemd/system/victoria-metrics.service.d'
const HOME = '/var/lib/victoria-metrics'

type Context = RoleContext<VictoriaMetricsOptions>

const asked = ({ interval }: VictoriaMetricsOptions): AskedWatcher => ({
  role: ROLE,
  title: 'VictoriaMetrics',
  port: PORT,
  intervalSeconds: secondsOf(interval),
})

/** The server with what it reads; its own checker reads the targets before they go live. */
function server(context: Context, installed: Resource, trust: readonly Resource[]): Resource[] {
  const { options, node, cluster } = context
  const needs = [installed, ...trust].map(addressOf)
  const config = file({
    path: CONFIG,
    content: scrapeText(cluster, node.name, options, catalogReaderOf(ROLE, context) !== undefined),
    validate: ['victoria-metrics', '-dryRun', '-loggerLevel=ERROR', '-promscrape.config', '{}'],
    needs,
  })
  const settings = file({
    path: '/etc/default/victoria-metrics',
    content: `ARGS="${serverArguments(options)}"\n`,
    needs,
  })
  const dropIn = file({ path: `${DROP_IN_FOLDER}/bramble.conf`, content: SERVER_DROP_IN, needs })
  const shown = trust.filter(({ kind }) => kind === 'file')
  return [
    directory({
      path: SAMPLES,
      owner: PROMETHEUS_USER,
      group: PROMETHEUS_USER,
      mode: '750',
      purge: true,
      needs,
    }),
    config,
    settings,
    directory({ path: DROP_IN_FOLDER }),
    dropIn,
    // A certificate that is another one in the same file is taken up by a restart alone.
    service({
      name: PACKAGE,
      restartOn: [installed, settings, dropIn, ...shown].map(addressOf),
      reloadOn: [addressOf(config)],
      needs: [config, settings, dropIn].map(addressOf),
    }),
  ]
}

/** What looks at the rules, which its own checker reads before they go live. */
function alerting(
  { options, cluster }: Context,
  installed: Resource,
  needs: readonly LocalAddress[],
): Resource[] {
  const rules = file({
    path: RULES,
    content: rulesText('VictoriaMetrics'),
    validate: ['vmalert', '-dryRun', '-loggerLevel=ERROR', '-rule', '{}'],
    needs,
  })
  const hearers = file({ path: HEARERS, content: hearersText(cluster, options), needs })
  const read = [installed, rules, hearers].map(addressOf)
  const work = unit({ name: `${ALERT_UNIT}.service`, content: alertUnitText(cluster, options), needs: read })
  return [
    rules,
    hearers,
    work,
    service({ name: ALERT_UNIT, restartOn: [...read, addressOf(work)], needs: [addressOf(work)] }),
  ]
}

function resources(context: Context): Resource[] {
  const { options, node, cluster, secrets } = context
  const catalog = catalogReaderOf(ROLE, context)
  const trust = [...trustResources(ROLE, node, secrets), ...accessResources(cluster, secrets)]
  const installed = debianPackage({ name: PACKAGE })
  const needs = [installed, ...trust].map(addressOf)
  return [
    ...trust,
    ...accountOfPackage('_victoria-metrics', HOME),
    installed,
    ...server(context, installed, trust),
    ...alerting(context, installed, needs),
    ...(catalog ? catalogResources(catalog, secrets, trust) : []),
    ...alertmanager(cluster, ROLE, options, needs),
  ]
}

function unpackaged(nodes: readonly ClusterNode[]): RoleFinding[] {
  return nodes.flatMap(({ name: node, facts }) => {
    const release = facts['os_release']
    if (release === undefined || PACKAGED.includes(release)) return []
    const details = { node, release, packaged: PACKAGED.join(' and ') }
    return [{ diagnostic: victoriaMetricsCodes.VICTORIA_METRICS_NOT_PACKAGED(details), node }]
  })
}

/** Debian's VictoriaMetrics and vmalert on their loopback, with targets from what roles provide. */
const victoriaMetrics = defineRole({
  name: ROLE,
  summary:
    'VictoriaMetrics in place of Prometheus, with the same targets and alerts, where Debian has it (bookworm).',
  pace: 'one at a time',
  watches: true,
  options: victoriaMetricsOptions,
  findings: ({ options, nodes, cluster }) => [
    ...unpackaged(nodes),
    ...watcherFindings(ROLE, options, cluster),
  ],
  provides: (context) => [
    {
      name: ROLE,
      ports: [],
      to: 'cluster',
      databases: [HOME, '/var/lib/prometheus'],
      ...watcherProvides(ROLE, PORT, context),
    },
  ],
  secrets: (context) => watcherSecrets(ROLE, context),
  resources,
  gates: ({ node, options }) => [storedGate(asked(options), node.name)],
  status: ({ nodes, ...context }) => watcherStatus(asked(context.options), nodes, context),
})

export default victoriaMetrics
