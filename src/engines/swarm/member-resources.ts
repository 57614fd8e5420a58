/** What a node of a swarm has beside its Docker. */
import { farewell } from '../../resources/farewell/farewell.ts'
import { kernelModule } from '../../resources/kernel-module/kernel-module.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { LEAVE_SWARM, SWARM_STATE } from '../docker/names.ts'

/**
 * The kernel's part of networks over nodes, and what the node does when it is to be in the swarm no more. It joins when the managers
 * let it in; it leaves by itself, because then there may be no swarm any more that could be asked.
 */
export function memberResources({ sharesKernel }: ClusterNode): Resource[] {
  const kmod = debianPackage({ name: 'kmod' })
  const bridge = farewell({
    name: 'take away the bridge of the swarm',
    run: ['docker', 'network', 'rm', 'docker_gwbridge'],
    onlyIf: '/sys/class/net/docker_gwbridge',
  })
  return [
    kmod,
    // Some kernels for the Pi have it in a package of its own (raspberrypi/linux#1614).
    kernelModule({ name: 'vxlan', load: !sharesKernel, needs: [addressOf(kmod)] }),
    bridge,
    farewell({
      name: LEAVE_SWARM,
      run: ['docker', 'swarm', 'leave', '--force'],
      onlyIf: SWARM_STATE,
      needs: [addressOf(bridge)],
    }),
  ]
}
