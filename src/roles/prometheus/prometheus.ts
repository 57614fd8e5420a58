/** The role `prometheus`: fetches what roles measure, keeps it, and tells what is wrong. */
import { hasAgent } from '../../engines/consul/dns-zones.ts'
import {
  catalogTokenName,
  catalogWish,
  watchedServices,
  type CatalogReader,
} from '../../engines/prometheus/catalog.ts'
import {
  PROMETHEUS_FOLDER,
  PROMETHEUS_USER,
  trustResources,
  trustWishes,
} from '../../engines/prometheus/trust.ts'
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { BEFORE_PACKAGES, debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import { alertsTargets } from '../../topology/metrics.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { defineRole, type RoleContext, type RoleFinding, type RoleWishContext } from '../role.ts'
import { accessResources } from './access.ts'
import { catalogResources } from './catalog.ts'
import { prometheusCodes } from './codes.ts'
import {
  alertmanagerArguments,
  alertmanagerText,
  isHeard,
  jobsOf,
  resendArguments,
  PROMETHEUS,
  prometheusText,
} from './config.ts'
import { prometheusOptions, secondsOf, type PrometheusOptions } from './options.ts'
import { prometheusProbe, storedGate } from './questions.ts'
import { rulesText } from './rules.ts'

const ROLE = 'prometheus'
const RULES = `${PROMETHEUS_FOLDER}/bramble-rules.yml`
const CONFIG = `${PROMETHEUS_FOLDER}/prometheus.yml`
const DATA = '/var/lib/prometheus/metrics2'
/** A 32-bit process cannot map more history than its addresses reach (prometheus/prometheus#4392). */
const MOST_ON_32_BITS = '31d'

/** As whom it reads the catalog of services; undefined where it does not. */
function catalogOf({
  options,
  node,
}: Pick<RoleWishContext<PrometheusOptions>, 'options' | 'node'>): CatalogReader | undefined {
  return options.consul && hasAgent(node) ? { role: ROLE, node } : undefined
}

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
    content: rulesText(),
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

function resources(context: RoleContext<PrometheusOptions>): Resource[] {
  const { options, node, cluster, secrets } = context
  const catalog = catalogOf(context)
  const trust = [...trustResources(ROLE, node, secrets), ...accessResources(cluster, secrets)]
  const prometheus = debianPackage({ name: 'prometheus' })
  const needs = [addressOf(prometheus), ...trust.map(addressOf)]
  const [rules, config] = configuration(context, catalog !== undefined, needs)
  const settings = file({
    path: '/etc/default/prometheus',
    content: `ARGS="--web.listen-address=${PROMETHEUS} --storage.tsdb.path=${DATA} --storage.tsdb.retention.time=${options.keep}${resendArguments(cluster, secondsOf(options.interval))}"\n`,
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
    ...(isHeard(cluster, options.webhook) ? alerting(cluster, options, needs) : []),
  ]
}

function alerting(
  cluster: Cluster,
  options: PrometheusOptions,
  needs: readonly ReturnType<typeof addressOf>[],
): Resource[] {
  const alertmanager = debianPackage({ name: 'prometheus-alertmanager' })
  const after = [...needs, addressOf(alertmanager)]
  const config = file({
    path: `${PROMETHEUS_FOLDER}/alertmanager.yml`,
    content: alertmanagerText(cluster, options),
    validate: ['amtool', 'check-config', '{}'],
    owner: PROMETHEUS_USER,
    group: PROMETHEUS_USER,
    mode: '600',
    sensitive: options.webhook !== undefined && cluster.isSecret(options.webhook),
    needs: after,
  })
  const settings = file({
    path: '/etc/default/prometheus-alertmanager',
    content: `ARGS="${alertmanagerArguments}"\n`,
    needs: after,
  })
  const read = [alertmanager, settings].map(addressOf)
  return [
    alertmanager,
    directory({ path: '/var/lib/prometheus/alertmanager', purge: true, ...mine }),
    config,
    settings,
    service({
      name: 'prometheus-alertmanager',
      restartOn: read,
      reloadOn: [addressOf(config)],
      needs: after,
    }),
  ]
}

function findings(
  { keep, interval }: PrometheusOptions,
  nodes: readonly { name: string; architecture: string }[],
  cluster: Cluster,
): RoleFinding[] {
  const least = 2 * secondsOf(interval)
  const hasty = alertsTargets(cluster).filter(({ silenceSeconds = least }) => silenceSeconds < least)
  const small = nodes.filter(({ architecture }) => architecture.startsWith('armv'))
  return [
    ...(secondsOf(keep) > secondsOf(MOST_ON_32_BITS)
      ? small.map(({ name }) => ({
          diagnostic: prometheusCodes.PROMETHEUS_KEEPS_TOO_MUCH({ node: name, keep, most: MOST_ON_32_BITS }),
          node: name,
          option: 'keep',
        }))
      : []),
    ...hasty.map(({ role, node, silenceSeconds = 0 }) => ({
      diagnostic: prometheusCodes.SILENCE_TOO_SHORT({ role, node, silence: silenceSeconds, interval, least }),
      option: 'interval',
    })),
    ...(jobsOf(cluster).length === 0 ? [{ diagnostic: prometheusCodes.PROMETHEUS_WATCHES_NOTHING({}) }] : []),
  ]
}

/** Debian's Prometheus on its loopback, with targets from what roles provide; checked by its own tools before it goes live. */
const prometheus = defineRole({
  name: ROLE,
  summary: 'Prometheus: keeps what roles measure, and tells a webhook what is wrong.',
  pace: 'one at a time',
  options: prometheusOptions,
  findings: ({ options, nodes, cluster }) => findings(options, nodes, cluster),
  provides: (context) => {
    const catalog = catalogOf(context)
    return [
      {
        name: ROLE,
        ports: [],
        to: 'cluster',
        databases: ['/var/lib/prometheus'],
        ...(catalog && { catalogToken: catalogTokenName(catalog) }),
      },
    ]
  },
  secrets: (context) => {
    const catalog = catalogOf(context)
    return [
      ...trustWishes(ROLE, context.node, [context.node.address]),
      ...(catalog ? [catalogWish(catalog)] : []),
    ]
  },
  resources,
  gates: ({ node, options }) => [storedGate(node.name, secondsOf(options.interval))],
  status: ({ nodes, options, cluster }) =>
    prometheusProbe(
      nodes.map(({ name }) => name),
      secondsOf(options.interval),
      (name) =>
        nodes.some((node) => node.name === name && catalogOf({ options, node }))
          ? watchedServices(cluster)
          : [],
    ),
})

export default prometheus
