/** What whoever watches fetches, as Prometheus and those who read its configuration write it (Prometheus, `scrape_config`). */
import type { Cluster } from '../../topology/cluster.ts'
import { metricsTargets } from '../../topology/metrics.ts'
import type { MetricsAccess } from '../../topology/provided.ts'
import { accessFiles } from './access.ts'
import { tlsOf } from './trust.ts'

/** One of `scrape_configs`. */
export interface Job {
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

/** What is fetched: everything of which some role provides metrics, a job for each role. `watcher` is the role that fetches, with its own certificate. */
export function jobsOf(cluster: Cluster, watcher: string): readonly Job[] {
  const tls = tlsOf(watcher)
  const jobs = new Map<string, Job>()
  for (const { role, node, at, path, scheme, access } of metricsTargets(cluster)) {
    const [bare = path, query] = path.split('?')
    const job: Job = jobs.get(role) ?? {
      job_name: role,
      metrics_path: bare,
      ...(query !== undefined && { params: parametersOf(query) }),
      scheme,
      ...(scheme === 'https' && (access ? withAccess(access) : { tls_config: tls })),
      static_configs: [],
    }
    job.static_configs.push({ targets: [at], labels: { node } })
    jobs.set(role, job)
  }
  return [...jobs.values()]
}

/** The job of whoever watches for itself, under the name of its role. */
export function ownJob(watcher: string, at: string, node: string): Job {
  return {
    job_name: watcher,
    metrics_path: '/metrics',
    scheme: 'http',
    static_configs: [{ targets: [at], labels: { node } }],
  }
}
