/** How whoever watches is let in by engines with an authority of their own. */
import { PROMETHEUS_USER, TLS_FOLDER } from './trust.ts'
import { file } from '../../resources/file/file.ts'
import type { Resource } from '../../resources/kind.ts'
import type { Cluster } from '../../topology/cluster.ts'
import { metricsTargets } from '../../topology/metrics.ts'
import type { MetricsAccess } from '../../topology/provided.ts'
import type { RoleSecrets } from '../../wishes/secret-wish.ts'

const fileName = (secret: string): string => secret.replaceAll('/', '-')

/** Paths of what is shown and believed. */
export function accessFiles({ authority, token }: MetricsAccess): {
  readonly authority: string
  readonly token?: string
} {
  return {
    authority: `${TLS_FOLDER}/${fileName(authority)}.pem`,
    ...(token !== undefined && { token: `${TLS_FOLDER}/${fileName(token)}.token` }),
  }
}

/** The files of all that is fetched, each once: engines share theirs among their roles. */
export function accessResources(cluster: Cluster, secrets: RoleSecrets): readonly Resource[] {
  const own = { owner: PROMETHEUS_USER, group: PROMETHEUS_USER, mode: '600', sensitive: true }
  const made = metricsTargets(cluster).flatMap(({ access }) => {
    if (!access) return []
    const paths = accessFiles(access)
    return [
      file({ path: paths.authority, content: secrets.authority(access.authority).certificatePem }),
      ...(paths.token === undefined || access.token === undefined
        ? []
        : [file({ path: paths.token, content: secrets.token(access.token).secretId, ...own })]),
    ]
  })
  return [...new Map(made.map((resource) => [resource.name, resource])).values()]
}
