/** The role firewall on a real node. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  uses: { on: ['dog'] },
  shows: [
    {
      node: 'dog',
      run: ['sh', '-c', 'nft list table inet bramble | grep -c "counter packets .* drop"'],
      prints: '1',
    },
    { node: 'dog', run: ['systemctl', 'is-active', 'bramble-firewall'], prints: 'active' },
  ],
} satisfies LiveRole
