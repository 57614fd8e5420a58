/** The role `prometheus`: fetches what roles measure, keeps it, and tells what is wrong. */
import { accessResources } from '../../engines/prometheus/access.ts'
import { alertmanager } from '../../engines/prometheus/alertmanager.ts'
import { catalogReaderOf } from '../../engines/prometheus/catalog.ts'
import { catalogResources } from '../../engines/prometheus/catalog-resources.ts'
import { watcherFindings } from '../../engines/prometheus/findings.ts'
import { secondsOf, watcherOptions } from '../../engines/prometheus/options.ts'
import { storedGate, type AskedWatcher } from '../../engines/prometheus/questions.ts'
import { rulesText } from '../../engines/prometheus/rules.ts'
import { PROMETHEUS_FOLDER, PROMETHEUS_USER, trustResources } from '../../engines/prometheus/trust.ts'
import { watcherProvides, watcherSecrets, watcherStatus } from '../../engines/prometheus/watcher.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { BEFORE_PACKAGES, debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { defineRole, type RoleContext, type RoleFinding } from '../role.ts'
import { prometheusCodes } from './codes.ts'
import { PORT, PROMETHEUS, prometheusText, resendArguments, ROLE } from './config.ts'

const prometheusOptions = watcherOptions.describe('Prometheus, with the alerts that matter on small boards.')
type PrometheusOptions = ReturnType<typeof prometheusOptions.parse>

const RULES = `${PROMETHEUS_FOLDER}/bramble-rules.yml`
const CONFIG = `${PROMETHEUS_FOLDER}/prometheus.yml`
const DATA = '/var/lib/prometheus/metrics2'
/** A 32-bit process cannot map more history than its addresses reach (prometheus/prometheus#4392). */
const MOST_ON_32_BITS = '31d'

const asked = ({ interval }: PrometheusOptions): AskedWatcher => ({
  role: ROLE,
  title: 'Prometheus',
  port: PORT,
  intervalSeconds: secondsOf(interval),
})

const mine = { owner: PROMETHEUS_USER, group: PROMETHEUS_USER, mode: '750' } as const

/** Its data, and where scripts of its page leave a link for a web server that is not installed (Debian's javascript-common). */
function folders(): Resource[] {
  const early = { stage: BEFORE_PACKAGES }
  return [
    directory({ path: DATA, purge: true, ...mine }),
    directory({ path: '/etc/lighttpd', ...early }),
    directory({ path: '/etc/lighttpd/conf-enabled', purge: ['90-javascript-alias.conf'], ...early }),
  ]
}

/** Its rules and its configuration, which its own checker reads before they go live. */
function configuration(
  { options, node, cluster }: RoleContext<PrometheusOptions>,
  followsCatalog: boolean,
  needs: readonly ReturnType<typeof addressOf>[],
): readonly [Resource, Resource] {
  const rules = file({
    path: RULES,
    content: rulesText('Prometheus'),
    validate: ['promtool', 'check', 'rules', '{}'],
    needs,
  })
  const config = file({
    path: CONFIG,
    content: prometheusText(cluster, node.name, options, { rules: RULES, followsCatalog }),
    validate: ['promtool', 'check', 'config', '{}'],
    needs: [...needs, addressOf(rules)],
  })
  return [rules, config]
}

/**
 * A sample gets the time at which it was fetched. Prometheus else moves it to the schedule that it keeps in memory; when the
 * clock goes back that one lies in the future, and each sample is "out of bounds" until a restart (a flag that its own help
 * leaves out: scrape.adjust-timestamps, prometheus/prometheus#7976).
 */
const OWN_TIME = '--no-scrape.adjust-timestamps'

function resources(context: RoleContext<PrometheusOptions>): Resource[] {
  const { options, node, cluster, secrets } = context
  const catalog = catalogReaderOf(ROLE, context)
  const trust = [...trustResources(ROLE, node, secrets), ...accessResources(cluster, secrets)]
  const prometheus = debianPackage({ name: 'prometheus' })
  const needs = [addressOf(prometheus), ...trust.map(addressOf)]
  const [rules, config] = configuration(context, catalog !== undefined, needs)
  const settings = file({
    path: '/etc/default/prometheus',
    content: `ARGS="--web.listen-address=${PROMETHEUS} --storage.tsdb.path=${DATA} --storage.tsdb.retention.time=${options.keep} ${OWN_TIME}${resendArguments(cluster, secondsOf(options.interval))}"\n`,
    needs,
  })
  const started = [addressOf(prometheus), addressOf(settings)]
  return [
    ...trust,
    prometheus,
    ...folders(),
    rules,
    config,
    settings,
    service({
      name: 'prometheus',
      restartOn: started,
      reloadOn: [config, rules, ...trust.filter(({ kind }) => kind === 'file')].map(addressOf),
      needs: [...started, addressOf(config)],
    }),
    ...(catalog ? catalogResources(catalog, secrets, trust) : []),
    ...alertmanager(cluster, ROLE, options, needs),
  ]
}

function findings(
  options: PrometheusOptions,
  nodes: readonly { name: string; architecture: string }[],
  cluster: Cluster,
): RoleFinding[] {
  const { keep } = options
  const small = nodes.filter(({ architecture }) => architecture.startsWith('armv'))
  return [
    ...(secondsOf(keep) > secondsOf(MOST_ON_32_BITS)
      ? small.map(({ name }) => ({
          diagnostic: prometheusCodes.PROMETHEUS_KEEPS_TOO_MUCH({ node: name, keep, most: MOST_ON_32_BITS }),
          node: name,
          option: 'keep',
        }))
      : []),
    ...watcherFindings(ROLE, options, cluster),
  ]
}

/** Debian's Prometheus on its loopback, with targets from what roles provide; checked by its own tools before it goes live. */
const prometheus = defineRole({
  name: ROLE,
  summary: 'Prometheus: keeps what roles measure, and tells a webhook what is wrong.',
  pace: 'one at a time',
  watches: true,
  options: prometheusOptions,
  findings: ({ options, nodes, cluster }) => findings(options, nodes, cluster),
  provides: (context) => [
    {
      name: ROLE,
      ports: [],
      to: 'cluster',
      databases: ['/var/lib/prometheus'],
      ...watcherProvides(ROLE, PORT, context),
    },
  ],
  secrets: (context) => watcherSecrets(ROLE, context),
  resources,
  gates: ({ node, options }) => [storedGate(asked(options), node.name)],
  status: ({ nodes, ...context }) => watcherStatus(asked(context.options), nodes, context),
})

export default prometheus
