/** The role wireguard on real nodes, with Consul on its mesh and a firewall around it: all of them start at once. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'mesh',
  uses: { on: 'all' },
  beside: {
    'consul-server': {
      on: ['ant', 'bee', 'cow'],
      network: 'wireguard',
      source: 'package',
      unmaintained: 'accepted',
    },
    'consul-client': { on: ['dog'] },
    firewall: { on: 'all' },
  },
  shows: [
    { node: 'dog', run: ['sh', '-c', 'wg show wgmesh peers | wc -l'], prints: '3' },
    {
      node: 'dog',
      run: ['sh', '-c', 'ping -c 1 -W 5 10.70.0.1 >/dev/null && echo answers'],
      prints: 'answers',
    },
    { node: 'ant', run: ['sh', '-c', 'consul members | grep -c "10\\.70\\.0\\..*alive"'], prints: '4' },
  ],
} satisfies LiveRole
