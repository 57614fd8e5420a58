/** The role dnsmasq on real nodes: a third resolver, which whoever asks for names finds by what it gives. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'names',
  uses: {
    on: 'cow',
    records: { printer: '192.0.2.77' },
    upstream: '127.0.0.1:5399',
    dhcp: {
      from: '192.0.2.200',
      to: '192.0.2.220',
      reservations: { camera: { mac: '02:00:5e:00:00:07', address: '192.0.2.78' } },
    },
  },
  shows: [
    {
      node: 'cow',
      run: ['sh', '-c', 'ss -Hlun sport = :53 | grep -c 127.0.0.1:53'],
      prints: '1',
    },
    {
      node: 'cow',
      run: ['sh', '-c', 'dnsmasq --test --conf-file=/etc/bramble/dnsmasq.conf 2>&1'],
      prints: 'dnsmasq: syntax check OK.',
    },
  ],
} satisfies LiveRole
