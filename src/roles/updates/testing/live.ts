/** The role updates on real nodes: what the job of the night would do, by its own settings. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'updates',
  uses: { on: 'all' },
  shows: [
    {
      node: 'cow',
      run: ['sh', '-c', 'apt-config dump Unattended-Upgrade::Origins-Pattern | grep -c "origin="'],
      prints: '4',
    },
    { node: 'cow', run: ['systemctl', 'is-active', 'apt-daily-upgrade.timer'], prints: 'active' },
    {
      node: 'dog',
      run: ['sh', '-c', 'apt-config dump Unattended-Upgrade::Automatic-Reboot'],
      prints: 'Unattended-Upgrade::Automatic-Reboot "false";',
    },
  ],
} satisfies LiveRole
