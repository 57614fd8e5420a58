/** The role `swarm-manager`: keeps, by majority, what is to run where in a Docker swarm. */
import { dockerClient } from '../../engines/docker/client.ts'
import { DOCKER_ROLE } from '../../engines/docker/names.ts'
import { settledNetwork } from '../../engines/settled-network.ts'
import { swarmDrain } from '../../engines/swarm/drain.ts'
import { swarmGate } from '../../engines/swarm/gate.ts'
import { memberResources } from '../../engines/swarm/member-resources.ts'
import {
  managerFindings,
  managerOptions,
  provided,
  stackFiles,
  stacksOf,
} from '../../engines/swarm/options.ts'
import { stackShelf } from '../../engines/swarm/stacks.ts'
import { swarmProbe } from '../../engines/swarm/status.ts'
import { swarmGroup } from '../../engines/swarm/swarm-group.ts'
import { swarmStore } from '../../engines/swarm/swarm-store.ts'
import { swarmWish } from '../../engines/swarm/swarm-wish.ts'
import { defineRole } from '../role.ts'

/**
 * A manager. The first one makes the swarm; the others and the workers join with tokens that are asked for when they are needed, are held in
 * memory alone, and end when all are in. Changes go one manager at a time, the leader last, and only while one more may be lost.
 */
const swarmManager = defineRole({
  name: 'swarm-manager',
  summary:
    'A manager of a Docker swarm: keeps by majority what is to run where, and runs tasks too unless told otherwise.',
  family: 'swarm',
  requires: [DOCKER_ROLE],
  pace: 'one at a time',
  conflicts: ['swarm-worker'],
  options: managerOptions,
  findings: ({ options, cluster }) => managerFindings(options, cluster),
  settled: ({ options: { address_pool: pool, network }, cluster }) => [
    ...(pool === undefined
      ? []
      : [
          {
            what: 'the address pool of the swarm',
            value: pool,
            path: ['roles', 'swarm-manager', 'address_pool'],
            keep: (before: string) => `address_pool: ${before}`,
          },
        ]),
    ...settledNetwork({
      what: 'the network of the swarm',
      role: 'swarm-manager',
      name: network,
      network: network === undefined ? undefined : cluster.network(network),
    }),
  ],
  provides: ({ options }) => [provided('manager', options.network)],
  resources: ({ node }) => memberResources(node),
  group: ({ options, cluster }) => swarmGroup(swarmWish(options, cluster)),
  drains: ({ options, cluster }) => {
    const wish = swarmWish(options, cluster)
    return cluster.nodes.map(({ name }) => swarmDrain(wish, name))
  },
  gates: ({ node }) => [swarmGate(node.name, 'manager')],
  files: stackFiles,
  store: ({ options, cluster, file }) =>
    swarmStore({
      cluster: cluster.name,
      wish: swarmWish(options, cluster),
      shelves: [stackShelf(stacksOf(options, file))],
      size: Object.keys(options.stacks).length,
    }),
  client: ({ nodes }) => dockerClient(nodes.map(({ name }) => name)),
  status: ({ options, cluster }) => swarmProbe(swarmWish(options, cluster)),
})

export default swarmManager
