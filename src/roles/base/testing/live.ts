/** The role base on real nodes. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  uses: {
    on: 'all',
    timezone: 'Europe/Lisbon',
    users: { ada: { groups: ['media'] } },
    groups: { media: {} },
    sysctls: { 'net.ipv4.ip_default_ttl': 77 },
  },
  shows: [
    { node: 'dog', run: ['hostname'], prints: 'dog' },
    { node: 'dog', run: ['cat', '/proc/sys/net/ipv4/ip_default_ttl'], prints: '77' },
    { node: 'ant', run: ['timedatectl', 'show', '--property=Timezone'], prints: 'Timezone=Europe/Lisbon' },
    { node: 'dog', run: ['timedatectl', 'show', '--property=Timezone'], prints: 'Timezone=Europe/Madrid' },
    { node: 'ant', run: ['id', '-nG', 'ada'], prints: 'ada media' },
  ],
} satisfies LiveRole
