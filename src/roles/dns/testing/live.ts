/** The role dns on real nodes: two resolvers, and names that are in no file of a node. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'names',
  uses: { on: ['ant', 'bee'], records: { printer: '192.0.2.77' }, upstream: '127.0.0.1#nobody.example' },
  shows: [
    { node: 'ant', run: ['sh', '-c', 'ss -Hlun sport = :53 | grep -c 127.0.0.1:53'], prints: '1' },
    {
      node: 'bee',
      run: ['unbound-checkconf'],
      prints: 'unbound-checkconf: no errors in /etc/unbound/unbound.conf',
    },
  ],
} satisfies LiveRole
