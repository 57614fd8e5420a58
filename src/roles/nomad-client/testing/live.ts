/** The role nomad-client on real nodes: two of them, one of which is a server as well. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

const health = 'curl --silent --cacert /etc/nomad-client/ca.pem https://localhost:4656/v1/agent/health'

export default {
  lane: 'nomad',
  uses: { on: ['cow', 'dog'], drivers: ['exec', 'raw_exec'] },
  shows: ['cow', 'dog'].map((node) => ({
    node,
    run: ['sh', '-c', `${health} | grep -o '"ok":true' | head -1`],
    prints: '"ok":true',
  })),
} satisfies LiveRole
