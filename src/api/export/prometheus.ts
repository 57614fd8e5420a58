/** What roles provide to be watched, as targets for Prometheus (`file_sd_configs`). */
import { metricsTargets } from '../../topology/metrics.ts'
import type { OpenedCluster } from '../open.ts'

/** JSON with a group of one target for each thing on each node that has metrics; `[]` where no role provides any. */
export function prometheusTargets({ name, resolved: { cluster } }: OpenedCluster): string {
  const groups = metricsTargets(cluster).map(({ role, node, at, path, scheme }) => {
    const [bare, query = ''] = path.split('?')
    const parameters = [...new URLSearchParams(query)].map(([key, value]) => [`__param_${key}`, value])
    const labels = { cluster: name, node, role, __metrics_path__: bare, __scheme__: scheme }
    return { targets: [at], labels: { ...labels, ...Object.fromEntries(parameters) } }
  })
  return `${JSON.stringify(groups, undefined, 2)}\n`
}
