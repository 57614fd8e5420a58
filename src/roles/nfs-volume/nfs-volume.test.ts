/** The role `nfs-volume`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import { serverOptions } from '../../engines/nfs/options.ts'
import {
  clusterFixture,
  fileFixture,
  releaseFixture,
  secretsFixture,
} from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { roles } from '../registry.generated.ts'
import type { Role } from '../role.ts'
import nfsVolume from './nfs-volume.ts'

const shared = { exports: { media: { path: '/srv/media', disk: 'LABEL=data' } } }

describeRole({
  role: nfsVolume as unknown as Role<never>,
  required: { volumes: { media: '/srv/media' } },
  beside: [{ role: roles['nfs-server'] as unknown as Role<never>, options: shared, nodes: 1 }],
})

/** The mounts of a node of two, of which the first shares. */
function mountsOn(index: number, at: string): (readonly string[])[] {
  const options = nfsVolume.options.parse({ volumes: { media: at } })
  const cluster = clusterFixture({
    nodes: [{ roles: ['nfs-server', 'nfs-volume'] }, { roles: ['nfs-volume'] }],
    options: { 'nfs-volume': options, 'nfs-server': serverOptions.parse(shared) },
  })
  const node = cluster.nodes[index]
  if (!node) throw new Error('no node')
  return nfsVolume
    .resources({
      options,
      node,
      cluster,
      secrets: secretsFixture(),
      release: releaseFixture,
      file: fileFixture,
    })
    .filter(({ kind }) => kind === 'mount')
    .map(({ row }) => row)
}

describe('a volume', () => {
  it('is mounted on demand, by whoever waits for it and not by the boot', () => {
    expect(mountsOn(1, '/srv/media')).toEqual([
      [
        'present',
        '/srv/media',
        '192.0.2.1:/srv/media',
        'nfs',
        'hard,nfsvers=4.2,proto=tcp,nosuid,nodev,noatime,_netdev,x-systemd.automount,x-systemd.mount-timeout=30s,nofail',
        '0',
        'on-demand',
        'nosuid nodev noatime',
      ],
    ])
  })

  it('is the folder itself on the node that shares it, under the same name', () => {
    expect(mountsOn(0, '/srv/media')).toEqual([])
    expect(mountsOn(0, '/mnt/media').map(([, at, source, type]) => [at, source, type])).toEqual([
      ['/mnt/media', '/srv/media', 'none'],
    ])
  })
})
