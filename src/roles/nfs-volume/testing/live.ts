/** The role nfs-volume on an emulated node: who writes there is the same one on the server. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'emulated',
  uses: { on: ['ant', 'bee'], volumes: { library: '/srv/library' } },
  shows: [
    {
      node: 'bee',
      run: ['su', '-s', '/bin/sh', 'librarian', '-c', 'echo hello >/srv/library/book; cat /srv/library/book'],
      prints: 'hello',
    },
    {
      node: 'ant',
      run: ['stat', '-c', '%U %u', '/srv/library/book', '/srv/disk/library/book'],
      prints: 'librarian 2000\nlibrarian 2000',
    },
    // Root of another node is nobody.
    {
      node: 'bee',
      run: ['sh', '-c', 'echo >/srv/library/book 2>/dev/null || echo refused'],
      prints: 'refused',
    },
  ],
} satisfies LiveRole
