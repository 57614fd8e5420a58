/** The configuration of Prometheus. */
import { stringify } from 'yaml'
import { ALERTMANAGER, isHeard } from '../../engines/prometheus/alertmanager.ts'
import { catalogJob } from '../../engines/prometheus/catalog-resources.ts'
import { jobsOf, ownJob } from '../../engines/prometheus/jobs.ts'
import type { WatcherOptions } from '../../engines/prometheus/options.ts'
import { alertsTargets } from '../../topology/metrics.ts'
import type { Cluster } from '../../topology/cluster.ts'

export const ROLE = 'prometheus'
/** It answers on the loopback of its node alone: whoever asks comes in by SSH. */
export const PORT = 9090
export const PROMETHEUS = `127.0.0.1:${PORT}`

/** `prometheus.yml` of a node; with the catalog of services where it is followed. */
export function prometheusText(
  cluster: Cluster,
  node: string,
  options: WatcherOptions,
  { rules, followsCatalog }: { readonly rules: string; readonly followsCatalog: boolean },
): string {
  return stringify({
    global: {
      scrape_interval: options.interval,
      evaluation_interval: options.interval,
      external_labels: { cluster: cluster.name },
    },
    // A board that was ahead and is set right would store nothing until its old time comes again (prometheus/prometheus#10028).
    storage: { tsdb: { out_of_order_time_window: options.keep } },
    rule_files: [rules],
    ...(isHeard(cluster, options.webhook) && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [ALERTMANAGER] }] }] },
    }),
    scrape_configs: [
      ownJob(ROLE, PROMETHEUS, node),
      ...jobsOf(cluster, ROLE),
      ...(followsCatalog ? [catalogJob] : []),
    ],
  })
}

/** Alerts are told at each look where somebody listens for silence; Prometheus skips one that is not older than this. */
export function resendArguments(cluster: Cluster, intervalSeconds: number): string {
  const listens = alertsTargets(cluster).some(({ silenceSeconds }) => silenceSeconds !== undefined)
  return listens ? ` --rules.alert.resend-delay=${Math.max(1, Math.floor(intervalSeconds / 2))}s` : ''
}
