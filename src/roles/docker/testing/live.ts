/** The role docker on real nodes. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'docker',
  uses: { on: 'all' },
  shows: [{ node: 'dog', run: ['systemctl', 'is-active', 'docker'], prints: 'active' }],
} satisfies LiveRole
