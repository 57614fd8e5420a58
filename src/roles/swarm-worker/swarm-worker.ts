/** The role `swarm-worker`: runs what the managers of a Docker swarm give it. */
import { z } from 'zod'
import { dockerCodes } from '../../engines/docker/codes.ts'
import { DOCKER_ROLE } from '../../engines/docker/names.ts'
import { swarmGate } from '../../engines/swarm/gate.ts'
import { memberResources } from '../../engines/swarm/member-resources.ts'
import { addressFindings, provided, type ManagerOptions } from '../../engines/swarm/options.ts'
import { MANAGER_ROLE, WORKER_ROLE } from '../../engines/swarm/swarm-wish.ts'
import { defineRole } from '../role.ts'

/** A node of the swarm that is no manager. Everything that can be said of it is said at `swarm-manager`. */
const swarmWorker = defineRole({
  name: 'swarm-worker',
  summary: 'A worker of a Docker swarm: runs the tasks that the managers give it.',
  family: 'swarm',
  requires: [DOCKER_ROLE],
  pace: 'one at a time',
  conflicts: ['swarm-manager'],
  options: z.strictObject({}),
  findings: ({ cluster }) => [
    ...(cluster.find(MANAGER_ROLE).length === 0
      ? [{ diagnostic: dockerCodes.SWARM_WITHOUT_MANAGER({}) }]
      : []),
    ...addressFindings(WORKER_ROLE, cluster),
  ],
  provides: ({ cluster }) => [provided('worker', cluster.options<ManagerOptions>(MANAGER_ROLE)?.network)],
  resources: ({ node }) => memberResources(node),
  gates: ({ node }) => [swarmGate(node.name, 'worker')],
})

export default swarmWorker
