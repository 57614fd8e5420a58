/** The role apt-cache on real nodes: what one has fetched, another gets from the cache. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'updates',
  uses: { on: 'all', server: 'ant' },
  shows: [
    {
      node: 'ant',
      run: ['/usr/local/lib/bramble-apt-cache', 'http://deb.debian.org/'],
      prints: 'http://127.0.0.1:3142',
    },
    {
      node: 'dog',
      run: [
        'sh',
        '-c',
        '[ "$(/usr/local/lib/bramble-apt-cache http://deb.debian.org/)" = "$(cat /etc/apt/bramble-caches)" ] && echo through',
      ],
      prints: 'through',
    },
  ],
} satisfies LiveRole
