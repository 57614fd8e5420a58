/** What does not fit between Docker, its boards and the rest of the cluster. */
import { dockerCodes } from '../../engines/docker/codes.ts'
import { overlap, usedRanges } from '../../engines/docker/address-ranges.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { RoleFinding } from '../role.ts'
import { isInSwarm, RESERVED_SETTINGS } from './daemon-json.ts'
import type { DockerOptions } from './options.ts'

/** All of it. */
export function dockerFindings(options: DockerOptions, cluster: Cluster): RoleFinding[] {
  return [
    ...boards(cluster),
    ...pools(options, cluster),
    ...liveRestore(options, cluster),
    ...Object.keys(options.settings).flatMap((setting) => {
      const option = RESERVED_SETTINGS[setting]
      if (option === undefined) return []
      return [
        {
          diagnostic: dockerCodes.DOCKER_SETTING_RESERVED({ setting, option }),
          option: ['settings', setting],
        },
      ]
    }),
  ]
}

function boards(cluster: Cluster): RoleFinding[] {
  return cluster
    .find('docker')
    .filter(({ board }) => board.architecture === 'armv6')
    .map(({ name, board }) => ({
      diagnostic: dockerCodes.DOCKER_ARMV6({ node: name, model: board.model }),
      node: name,
    }))
}

function pools({ address_pools: given = [] }: DockerOptions, cluster: Cluster): RoleFinding[] {
  const used = usedRanges(cluster).filter(({ role }) => role !== 'docker')
  return given.flatMap(({ base }, index) => {
    const other = used.find(({ range }) => overlap(base, range))
    if (other === undefined) return []
    return [
      {
        diagnostic: dockerCodes.DOCKER_POOL_OVERLAPS({ pool: base, other: other.range, by: other.by }),
        option: ['address_pools', index, 'base'],
      },
    ]
  })
}

function liveRestore({ live_restore: asked }: DockerOptions, cluster: Cluster): RoleFinding[] {
  const member = cluster.find('docker').find(isInSwarm)
  if (asked !== true || member === undefined) return []
  return [{ diagnostic: dockerCodes.SWARM_LIVE_RESTORE({ node: member.name }), option: 'live_restore' }]
}
