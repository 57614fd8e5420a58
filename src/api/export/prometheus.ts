/** What roles provide to be watched, as targets for Prometheus (`file_sd_configs`). */
import type { OpenedCluster } from '../open.ts'

interface TargetGroup {
  readonly targets: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

/** JSON with a group of one target for each thing on each node that has metrics; `[]` where no role provides any. */
export function prometheusTargets({ name, resolved: { cluster } }: OpenedCluster): string {
  const groups = cluster.provided().flatMap(({ node, role, metrics, network }): TargetGroup[] => {
    if (!metrics) return []
    const on = cluster.nodes.find((each) => each.name === node)
    const address =
      (network === undefined ? undefined : cluster.network(network)?.addressOf(node)) ?? on?.address ?? node
    const host = address.includes(':') ? `[${address}]` : address
    const labels = {
      cluster: name,
      node,
      role,
      __metrics_path__: metrics.path,
      __scheme__: metrics.scheme ?? 'http',
    }
    return [{ targets: [`${host}:${metrics.port}`], labels }]
  })
  return `${JSON.stringify(groups, undefined, 2)}\n`
}
