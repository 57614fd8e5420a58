/** The role units on real nodes: a unit of one's own, a drop-in beside that of others, one that is masked. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

const DIARY = `[Unit]
Description=Writes what it has read, again and again

[Service]
RuntimeDirectory=diary
ExecStart=sh -c 'cp /usr/local/share/blob /run/diary/read && exec sleep infinity'

[Install]
WantedBy=multi-user.target
`
const active = ['systemctl', 'is-active', 'diary']

export default {
  uses: [
    { on: ['dog'], unit: 'diary', content: DIARY, reads: ['/usr/local/share/blob'] },
    { on: ['ant'], unit: 'systemd-journald', drop_in: { note: '[Service]\nEnvironment=NOTE=quiet\n' } },
    { on: ['bee'], unit: 'fstrim.timer', enabled: 'masked' },
  ],
  shows: [
    { node: 'dog', run: active, prints: 'active' },
    { node: 'dog', run: ['cmp', '/run/diary/read', '/usr/local/share/blob'], prints: '' },
    {
      node: 'ant',
      run: ['systemctl', 'show', '-P', 'Environment', 'systemd-journald'],
      prints: 'NOTE=quiet',
    },
    { node: 'bee', run: ['systemctl', 'is-enabled', 'fstrim.timer'], prints: 'masked' },
  ],
} satisfies LiveRole
