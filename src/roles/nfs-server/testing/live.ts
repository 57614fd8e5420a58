/** The role nfs-server on an emulated node, whose second disk is called `data`. */
import type { LiveRole } from '../../../../test/contract/live-role.ts'

export default {
  lane: 'emulated',
  uses: {
    on: ['ant'],
    exports: {
      library: {
        path: '/srv/disk/library',
        disk: 'LABEL=data',
        mounted_at: '/srv/disk',
        owner: { user: 'librarian', id: 2000 },
      },
    },
  },
  shows: [
    {
      node: 'ant',
      run: ['sh', '-c', '/usr/sbin/exportfs -s | cut -d " " -f 1'],
      prints: '/srv/disk/library',
    },
    { node: 'ant', run: ['stat', '-c', '%U %u %a', '/srv/disk/library'], prints: 'librarian 2000 775' },
    {
      node: 'ant',
      run: ['sh', '-c', 'ss -Hlntu | awk \'{ sub(".*:", "", $5); print $5 }\' | sort -nu | paste -sd " "'],
      prints: '22 2049',
    },
  ],
} satisfies LiveRole
