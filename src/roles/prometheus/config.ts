/** The configuration of Prometheus and of its Alertmanager. */
import { stringify } from 'yaml'
import { trustFiles } from '../../engines/prometheus/trust.ts'
import type { MetricsAccess } from '../../topology/provided.ts'
import { accessFiles } from './access.ts'
import { catalogJob } from './catalog.ts'
import { alertsTargets, metricsTargets } from '../../topology/metrics.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { secondsOf, type PrometheusOptions } from './options.ts'

/** Prometheus and Alertmanager answer on the loopback of their node alone: whoever asks comes in by SSH. */
export const PROMETHEUS = '127.0.0.1:9090'
const ALERTMANAGER = '127.0.0.1:9093'
export const alertmanagerArguments = `--web.listen-address=${ALERTMANAGER} --cluster.listen-address= --storage.path=/var/lib/prometheus/alertmanager`

const files = trustFiles('prometheus')
const TLS = { ca_file: files.authority, cert_file: files.certificate, key_file: files.key }

interface Job {
  readonly job_name: string
  readonly metrics_path: string
  readonly params?: Readonly<Record<string, readonly string[]>>
  readonly scheme: string
  readonly tls_config?: Readonly<Record<string, string>>
  readonly authorization?: { readonly credentials_file: string }
  readonly static_configs: {
    readonly targets: readonly string[]
    readonly labels: Readonly<Record<string, string>>
  }[]
}

/** A path in a job has no query of its own (`scrape_config`). */
function parametersOf(query: string): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries([...new URLSearchParams(query)].map(([name, value]) => [name, [value]]))
}

function withAccess(access: MetricsAccess): Pick<Job, 'tls_config' | 'authorization'> {
  const { authority, token } = accessFiles(access)
  return {
    tls_config: { ca_file: authority, server_name: access.serverName },
    ...(token !== undefined && { authorization: { credentials_file: token } }),
  }
}

/** What is fetched: everything of which some role provides metrics, a job for each role, the same for all that watch. */
export function jobsOf(cluster: Cluster): readonly Job[] {
  const jobs = new Map<string, Job>()
  for (const { role, node, at, path, scheme, access } of metricsTargets(cluster)) {
    const [bare = path, query] = path.split('?')
    const job: Job = jobs.get(role) ?? {
      job_name: role,
      metrics_path: bare,
      ...(query !== undefined && { params: parametersOf(query) }),
      scheme,
      ...(scheme === 'https' && (access ? withAccess(access) : { tls_config: TLS })),
      static_configs: [],
    }
    job.static_configs.push({ targets: [at], labels: { node } })
    jobs.set(role, job)
  }
  return [...jobs.values()]
}

/** `prometheus.yml` of a node; with the catalog of services where it is followed. */
export function prometheusText(
  cluster: Cluster,
  node: string,
  options: PrometheusOptions,
  { rules, followsCatalog }: { readonly rules: string; readonly followsCatalog: boolean },
): string {
  const itself: Job = {
    job_name: 'prometheus',
    metrics_path: '/metrics',
    scheme: 'http',
    static_configs: [{ targets: [PROMETHEUS], labels: { node } }],
  }
  return stringify({
    global: {
      scrape_interval: options.interval,
      evaluation_interval: options.interval,
      external_labels: { cluster: cluster.name },
    },
    rule_files: [rules],
    ...(isHeard(cluster, options.webhook) && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [ALERTMANAGER] }] }] },
    }),
    scrape_configs: [itself, ...jobsOf(cluster), ...(followsCatalog ? [catalogJob] : [])],
  })
}

/** One who hears alerts. */
interface Receiver {
  readonly name: string
  /** Alerts that it hears; all of them when left out. */
  readonly names?: readonly string[]
  readonly webhook: Readonly<Record<string, unknown>>
}

/** How often those who listen for silence are told that somebody watches: often enough that a beat is seldom more than an interval old. */
const beatSeconds = (intervalSeconds: number): number => Math.max(1, Math.floor(intervalSeconds / 4))

/** Alerts are told at each look where somebody listens for silence; Prometheus skips one that is not older than this. */
export function resendArguments(cluster: Cluster, intervalSeconds: number): string {
  const listens = alertsTargets(cluster).some(({ silenceSeconds }) => silenceSeconds !== undefined)
  return listens ? ` --rules.alert.resend-delay=${Math.max(1, Math.floor(intervalSeconds / 2))}s` : ''
}

/** Those who listen for silence, beside what they hear of alerts. */
function beatsOf(cluster: Cluster): readonly Pick<Receiver, 'name' | 'webhook'>[] {
  return alertsTargets(cluster)
    .filter(({ silenceSeconds }) => silenceSeconds !== undefined)
    .map(({ role, node, at }) => ({
      name: `${role} on ${node}: beats`,
      webhook: { url: `https://${at}/watchdog`, http_config: { tls_config: TLS }, send_resolved: false },
    }))
}

/** Whether anybody hears alerts. */
export function isHeard(cluster: Cluster, webhook: string | undefined): boolean {
  return webhook !== undefined || alertsTargets(cluster).length > 0
}

function receiversOf(cluster: Cluster, webhook: string | undefined): readonly Receiver[] {
  const hearers = alertsTargets(cluster).map(({ role, node, at, names }) => ({
    name: `${role} on ${node}`,
    ...(names && { names }),
    webhook: { url: `https://${at}/`, http_config: { tls_config: TLS }, send_resolved: true },
  }))
  const outside = { name: 'webhook', webhook: { url: webhook, send_resolved: true } }
  return [...(webhook === undefined ? [] : [outside]), ...hearers]
}

/** What tells a receiver of some alerts alone. A program on a node that hears of everything does not want to hear that all is well. */
function matchersOf({ name, names }: Receiver): readonly string[] {
  if (names) return [`alertname=~"${names.join('|')}"`]
  return name === 'webhook' ? [] : ['alertname!="Watchdog"']
}

/** `alertmanager.yml`: each receiver hears of each node's alerts together, and again when they are over. */
export function alertmanagerText(
  cluster: Cluster,
  { webhook, interval }: Pick<PrometheusOptions, 'webhook' | 'interval'>,
): string {
  const receivers = receiversOf(cluster, webhook)
  const beats = beatsOf(cluster)
  const pace = `${beatSeconds(secondsOf(interval))}s`
  return stringify({
    route: {
      receiver: 'nobody',
      group_by: ['node'],
      // All rules are looked at together: what is wrong with a node at one time is there within a moment.
      group_wait: '1s',
      group_interval: '1m',
      repeat_interval: '4h',
      routes: [
        ...receivers.map((one) => ({ receiver: one.name, matchers: matchersOf(one), continue: true })),
        ...beats.map(({ name }) => ({
          receiver: name,
          matchers: ['alertname="Watchdog"'],
          group_interval: pace,
          repeat_interval: '1s',
          continue: true,
        })),
      ],
    },
    receivers: [
      { name: 'nobody' },
      ...[...receivers, ...beats].map(({ name, webhook: how }) => ({ name, webhook_configs: [how] })),
    ],
  })
}
