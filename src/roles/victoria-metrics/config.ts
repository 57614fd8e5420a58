/** What VictoriaMetrics and vmalert are started with. */
import { stringify } from 'yaml'
import { ALERTMANAGER, isHeard } from '../../engines/prometheus/alertmanager.ts'
import { CATALOG_JOB } from '../../engines/prometheus/catalog.ts'
import { TARGETS_FILE } from '../../engines/prometheus/catalog-resources.ts'
import { jobsOf, ownJob } from '../../engines/prometheus/jobs.ts'
import { secondsOf, WATCH_TIME, watcherOptions } from '../../engines/prometheus/options.ts'
import { PROMETHEUS_FOLDER, PROMETHEUS_USER } from '../../engines/prometheus/trust.ts'
import { text } from '../../cluster-file/forms.ts'
import type { Cluster } from '../../topology/cluster.ts'

export const ROLE = 'victoria-metrics'
/** It answers on the loopback of its node alone: whoever asks comes in by SSH. */
export const PORT = 8428
const PLACE = `127.0.0.1:${PORT}`
/** The folder above is given to an account of its own by each version of the package that comes. */
export const SAMPLES = '/var/lib/victoria-metrics/metrics'
export const CONFIG = `${PROMETHEUS_FOLDER}/victoria-metrics.yml`
export const RULES = `${PROMETHEUS_FOLDER}/bramble-rules.yml`
export const HEARERS = `${PROMETHEUS_FOLDER}/vmalert-notifiers.yml`

const DAY_SECONDS = 86_400

/** The options: those of all who watch; it refuses to start with less than a day. */
export const victoriaMetricsOptions = watcherOptions
  .extend({
    keep: text({
      ...WATCH_TIME,
      accepts: (value) => secondsOf(value) >= DAY_SECONDS,
      problem: 'is no time of a day or more',
      fix: 'write a number with d or w, such as 1d or 15d',
    })
      .default('15d')
      .describe('How long samples are kept, a day at least.'),
  })
  .describe(
    'VictoriaMetrics in place of Prometheus, with the same alerts, where Debian has its package (bookworm).',
  )

export type VictoriaMetricsOptions = ReturnType<typeof victoriaMetricsOptions.parse>

/** What it fetches; it reads what Prometheus reads of that, and refuses what it does not know. */
export function scrapeText(
  cluster: Cluster,
  node: string,
  { interval }: VictoriaMetricsOptions,
  followsCatalog: boolean,
): string {
  const services = { job_name: CATALOG_JOB, file_sd_configs: [{ files: [TARGETS_FILE] }] }
  return stringify({
    global: { scrape_interval: interval, external_labels: { cluster: cluster.name } },
    scrape_configs: [
      ownJob(ROLE, PLACE, node),
      ...jobsOf(cluster, ROLE),
      ...(followsCatalog ? [services] : []),
    ],
  })
}

/** Whom vmalert tells: it starts with nobody only when a file says so. */
export function hearersText(cluster: Cluster, { webhook }: VictoriaMetricsOptions): string {
  const targets = [{ targets: [ALERTMANAGER] }]
  return stringify({ static_configs: isHeard(cluster, webhook) ? targets : [] })
}

/**
 * Its own default for caches is 60 % of the memory, for a computer of its own; samples are seen at once, as rules and gates ask for the newest; a target
 * that gives nothing is told by status and alerts, and not by a line in the journal at each look.
 */
export function serverArguments({ keep }: VictoriaMetricsOptions): string {
  return [
    `-httpListenAddr=${PLACE}`,
    `-storageDataPath=${SAMPLES}`,
    `-retentionPeriod=${Math.ceil(secondsOf(keep) / 3600)}h`,
    `-promscrape.config=${CONFIG}`,
    '-promscrape.fileSDCheckInterval=10s',
    '-promscrape.suppressScrapeErrors',
    '-search.latencyOffset=0s',
    '-memory.allowedPercent=25',
  ].join(' ')
}

/** Closed as far as systemd can for a program that only listens and fetches (systemd.exec(5)). */
const CLOSED = `ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
NoNewPrivileges=yes
CapabilityBoundingSet=
RestrictSUIDSGID=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
LockPersonality=yes
SystemCallArchitectures=native
Restart=always
RestartSec=5
`

/** For the unit of the package: as the account that keys for metrics belong to. */
export const SERVER_DROP_IN = `[Service]
User=${PROMETHEUS_USER}
Group=${PROMETHEUS_USER}
UMask=0027
ExecReload=/bin/kill -HUP $MAINPID
ReadWritePaths=${SAMPLES}
${CLOSED}`

/** The package brings vmalert without a unit. What alerts were at is kept beside the samples, so that a restart forgets nothing. */
export function alertUnitText(cluster: Cluster, { interval }: VictoriaMetricsOptions): string {
  const words = [
    `-rule=${RULES}`,
    `-notifier.config=${HEARERS}`,
    `-datasource.url=http://${PLACE}`,
    `-remoteRead.url=http://${PLACE}`,
    `-remoteWrite.url=http://${PLACE}`,
    '-remoteWrite.flushInterval=1s',
    `-evaluationInterval=${interval}`,
    '-httpListenAddr=127.0.0.1:8880',
    `-external.label=cluster=${cluster.name}`,
    '-disableAlertgroupLabel',
  ]
  return `[Unit]
Description=Looks at the rules of alerts, and tells who hears them
After=victoria-metrics.service

[Service]
ExecStart=/usr/bin/vmalert ${words.join(' ')}
DynamicUser=yes
${CLOSED}
[Install]
WantedBy=multi-user.target
`
}
