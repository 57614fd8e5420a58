/** The role boot on virtual nodes, which no firmware starts: what is there is left as it is, and nothing is due. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'storage',
  uses: { on: 'all', config: { all: { gpu_mem: 16 } }, memory_cgroup: true },
  shows: [
    {
      node: 'dog',
      run: ['sh', '-c', 'ls /boot/firmware /run/reboot-required 2>/dev/null; echo none'],
      prints: 'none',
    },
  ],
} satisfies LiveRole
