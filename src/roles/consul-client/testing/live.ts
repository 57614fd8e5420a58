/** The role consul-client on a real node, beside three servers. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  uses: { on: ['dog'] },
  shows: [{ node: 'dog', run: ['sh', '-c', 'consul members | grep -c alive'], prints: '4' }],
} satisfies LiveRole
