/** The role dns-client on real nodes: names that only the resolvers know. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'names',
  uses: { on: 'all' },
  shows: [
    {
      node: 'dog',
      run: ['sh', '-c', 'getent hosts printer | tr -s " "'],
      prints: '192.0.2.77 printer.office.example.net',
    },
    {
      node: 'ant',
      run: ['sh', '-c', 'getent hosts 192.0.2.77 | tr -s " "'],
      prints: '192.0.2.77 printer.office.example.net',
    },
    { node: 'cow', run: ['sh', '-c', 'grep -c ^nameserver /etc/resolv.conf'], prints: '3' },
  ],
} satisfies LiveRole
