/** The role swarm-worker on a real node. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'docker',
  uses: { on: ['dog'] },
  shows: [{ node: 'dog', run: ['docker', 'info', '-f', '{{.Swarm.LocalNodeState}}'], prints: 'active' }],
} satisfies LiveRole
