/** Services of Consul's catalog as targets: what all who watch agree on, and the token with which they ask the agent of their node. */
import { file } from '../../resources/file/file.ts'
import type { Resource } from '../../resources/kind.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { hasAgent } from '../consul/dns-zones.ts'
import type { RoleSecrets, SecretWish } from '../../wishes/secret-wish.ts'
import { token } from '../../wishes/wishes.ts'
import { PROMETHEUS_USER, TLS_FOLDER } from './trust.ts'

/** Name of the job. */
export const CATALOG_JOB = 'consul-services'
/** What a service that gives metrics has among its tags. */
export const CATALOG_TAG = 'prometheus'

/** Who asks: a role that watches, on a node. */
export interface CatalogReader {
  readonly role: string
  readonly node: ClusterNode
}

/** As whom a role reads the catalog on a node; undefined where it does not. */
export function catalogReaderOf(
  role: string,
  { options, node }: { readonly options: { readonly consul: boolean }; readonly node: ClusterNode },
): CatalogReader | undefined {
  return options.consul && hasAgent(node) ? { role, node } : undefined
}

/** Path of its token. */
export const catalogTokenFile = ({ role }: CatalogReader): string => `${TLS_FOLDER}/${role}-catalog.token`

/** Name of the secret with its token. */
export function catalogTokenName({ role, node }: CatalogReader): string {
  return `${role}/catalog/${node.name}`
}

/** The wish for that token. */
export function catalogWish(reader: CatalogReader): SecretWish {
  return token(catalogTokenName(reader))
}

/** The file that it is read from at each request. */
export function catalogTokenResource(reader: CatalogReader, secrets: RoleSecrets): Resource {
  return file({
    path: catalogTokenFile(reader),
    content: secrets.token(catalogTokenName(reader)).secretId,
    owner: PROMETHEUS_USER,
    group: PROMETHEUS_USER,
    mode: '600',
    sensitive: true,
  })
}

/** Services of the cluster file that are to be among the targets. */
export function watchedServices({
  nodes,
  servicesOn,
}: Pick<Cluster, 'nodes' | 'servicesOn'>): readonly string[] {
  const all = nodes.flatMap(({ name }) => servicesOn(name))
  return [...new Set(all.filter(({ tags }) => tags.includes(CATALOG_TAG)).map(({ name }) => name))]
}
