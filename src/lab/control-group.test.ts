import { describe, expect, it } from 'vitest'
import { joinedFolders, parseTrees } from './control-group.ts'

const VERSION_1 = `tmpfs /sys/fs/cgroup tmpfs rw 0 0
cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,nosuid,relatime,cpu,cpuacct 0 0
cgroup /sys/fs/cgroup/memory cgroup rw,seclabel,memory 0 0
cgroup /sys/fs/cgroup/systemd cgroup rw,xattr,release_agent=/lib/agent,name=systemd 0 0
cgroup2 /sys/fs/cgroup/unified cgroup2 rw,nsdelegate 0 0
`

describe('control groups', () => {
  it('finds the trees of version 1 beside an empty version 2 tree', () => {
    expect(parseTrees(VERSION_1)).toEqual([
      { folder: '/sys/fs/cgroup/cpu,cpuacct', version: 1, controllers: ['cpu', 'cpuacct'] },
      { folder: '/sys/fs/cgroup/memory', version: 1, controllers: ['memory'] },
      { folder: '/sys/fs/cgroup/systemd', version: 1, controllers: ['name=systemd'] },
      { folder: '/sys/fs/cgroup/unified', version: 2, controllers: [] },
    ])
  })

  it('finds the one tree of a computer with version 2 alone', () => {
    const mounts = 'cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nsdelegate,memory_recursiveprot 0 0\n'
    expect(parseTrees(mounts)).toEqual([{ folder: '/sys/fs/cgroup', version: 2, controllers: [] }])
  })

  it('counts a tree once that is mounted twice', () => {
    const mounts = 'cgroup /a cgroup rw,memory 0 0\ncgroup /b cgroup ro,memory 0 0\n'
    expect(parseTrees(mounts)).toHaveLength(1)
  })

  it('finds the folders of the groups that a process is in', () => {
    const joined =
      '4:memory:/bramble-lab/k/n\n2:cpu,cpuacct:/\n1:name=systemd:/x/init.scope\n0::/x/init.scope\n'
    expect(joinedFolders(joined, parseTrees(VERSION_1))).toEqual([
      '/sys/fs/cgroup/memory/bramble-lab/k/n',
      '/sys/fs/cgroup/cpu,cpuacct/',
      '/sys/fs/cgroup/systemd/x/init.scope',
      '/sys/fs/cgroup/unified/x/init.scope',
    ])
  })
})
