/** Docker and a swarm with a stack, unplugged: `npm run test:docker`. */
import { archiveOf, BUSYBOX } from '../../boards/image.ts'
import { describePowerCut } from '../../contract/power-cut.ts'
import { LIVE_NODES } from '../../contract/live-role.ts'

await describePowerCut({
  lane: 'docker',
  // No registry is reachable: the stack waits for its image until each node has it.
  prepare: async (cluster) => {
    const archive = await archiveOf(BUSYBOX)
    for (const node of LIVE_NODES) {
      await cluster.write(node, '/root/image.tar', archive)
      await cluster.output(node, 'docker', 'load', '--quiet', '--input', '/root/image.tar')
    }
  },
})
