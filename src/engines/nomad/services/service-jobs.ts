/** The jobs that Nomad is to hold for the declared services of a cluster. */
import type { Cluster } from '../../../topology/cluster.ts'
import type { ClusterNode } from '../../../topology/node.ts'
import type { JobFile } from '../jobs/job-file.ts'
import { registers } from '../catalog.ts'
import { CLIENT_ROLE, ENGINE } from '../names.ts'
import type { ServiceSecrets } from './secrets-shelf.ts'
import { nomadServices, secretsOf, serviceJobFile, type NomadService } from './service-job.ts'

/** One for each service that Nomad runs. */
export function serviceJobFiles(
  cluster: Pick<Cluster, 'find' | 'isSecret' | 'services'>,
  datacenter: string,
): readonly JobFile[] {
  const clients = cluster.find(CLIENT_ROLE)
  const names = clients.map(({ name }) => name)
  return nomadServices(cluster.services(), ENGINE).map((wanted) =>
    serviceJobFile(wanted, {
      datacenter,
      clients: names,
      isSecret: cluster.isSecret,
      provider: catalogOf(cluster, clients, wanted),
    }),
  )
}

/** In Consul where all clients that may run it register what they run: it would find no place on one that does not. */
function catalogOf(
  cluster: Pick<Cluster, 'find'>,
  clients: readonly ClusterNode[],
  { nodes }: NomadService,
): 'consul' | 'nomad' {
  const possible = clients.filter(({ name }) => nodes.includes(name))
  return possible.every((node) => registers(cluster, node)) ? 'consul' : 'nomad'
}

/** The secrets that these read. */
export function serviceSecrets({
  isSecret,
  services,
}: Pick<Cluster, 'isSecret' | 'services'>): readonly ServiceSecrets[] {
  return nomadServices(services(), ENGINE).flatMap(({ service }) => secretsOf(service, isSecret) ?? [])
}
