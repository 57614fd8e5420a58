/** The role consul-server on real nodes: three of them. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  uses: { on: ['ant', 'bee', 'cow'], source: 'package', unmaintained: 'accepted' },
  shows: [{ node: 'ant', run: ['sh', '-c', 'consul members | grep -c alive'], prints: '4' }],
} satisfies LiveRole
