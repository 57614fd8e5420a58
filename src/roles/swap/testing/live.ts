/** The role swap on real nodes; a container has no swap of its own, so what its generator is told is all that shows. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'storage',
  uses: { on: 'all', mode: 'zram' },
  shows: [
    {
      node: 'dog',
      run: ['sed', '-n', '2p', '/etc/systemd/zram-generator.conf'],
      prints: 'zram-size = ram * 50 / 100',
    },
  ],
} satisfies LiveRole
