/** The role backup on real nodes. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'storage',
  uses: { on: 'all', to: { folder: '/srv/backup' }, paths: ['/etc/hostname'], keep: { last: 3 } },
  shows: [
    {
      node: 'dog',
      run: ['sh', '-c', 'bramble-backup now >/dev/null && bramble-backup list | tail -n 1 | cut -f 1,4'],
      prints: '/etc/hostname\t1',
    },
    { node: 'dog', run: ['systemctl', 'is-active', 'bramble-backup.timer'], prints: 'active' },
  ],
} satisfies LiveRole
