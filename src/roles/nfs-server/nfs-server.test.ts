/** The role `nfs-server`, held to the contract of roles, and what is its own. */
import { describe, expect, it } from 'vitest'
import type { NodeLink, ProgramEnd } from '../../engines/contract.ts'
import { exportsOf } from '../../engines/nfs/exports.ts'
import { sharedProblem } from '../../engines/nfs/effect.ts'
import { fileFixture, releaseFixture, secretsFixture } from '../../../test/contract/cluster-fixture.ts'
import { describeRole } from '../../../test/contract/role.ts'
import { resolvedFrom } from '../../../test/contract/resolved.ts'
import type { Role } from '../role.ts'
import nfsServer from './nfs-server.ts'

describeRole({
  role: nfsServer as unknown as Role<never>,
  required: { exports: { media: { path: '/srv/media' } } },
  samples: {
    'everything said': {
      exports: {
        media: {
          path: '/srv/disk/media',
          disk: 'LABEL=data',
          disk_type: 'ext4',
          mounted_at: '/srv/disk',
          owner: { user: 'media', id: 2000 },
        },
        more: {
          path: '/srv/disk/more',
          disk: 'LABEL=data',
          disk_type: 'ext4',
          mounted_at: '/srv/disk',
          owner: { user: 'media', id: 2000 },
        },
        old: { path: '/srv/old', disk: 'UUID=1234-abcd', read_only: true },
      },
      clients: ['192.168.1.0/24', 'fd00::7'],
    },
  },
})

function resolved(roleText: string) {
  return resolvedFrom(`cluster: office
domain: office.example.net
nodes:
  nas: { address: 192.0.2.1, model: pi4, memory: 4GiB }
  bee: { address: 192.0.2.2, model: pi4, memory: 4GiB }
  cow: { address: 192.0.2.3, model: pi4, memory: 4GiB }
roles:
${roleText}`)
}

const SHARED =
  '  nfs-server: { on: nas, exports: { media: { path: /srv/disk/media, disk: LABEL=data, mounted_at: /srv/disk } } }\n'

function listOf(roleText: string): string {
  const { cluster } = resolved(roleText)
  const [node] = cluster.nodes
  const [use] = cluster.uses<never>('nfs-server')
  if (!node || !use) throw new Error('no node')
  const made = nfsServer.resources({
    options: use.options,
    node,
    cluster,
    secrets: secretsFixture(),
    release: releaseFixture,
    file: fileFixture,
  })
  const bytes = made.find(({ name }) => name === '/etc/exports.d/bramble-media.exports')?.contents[0]?.bytes
  return bytes && !('path' in bytes) ? Buffer.from(bytes).toString() : ''
}

describe('a shared folder', () => {
  it('is given to the nodes that mount it and to nobody else, and only while its disk is mounted', () => {
    const list = listOf(`${SHARED}  nfs-volume: { on: [nas, bee], volumes: { media: /srv/media } }\n`)
    expect(list.split('\n')[1]).toMatch(
      /^\/srv\/disk\/media 192\.0\.2\.2\(rw,sync,root_squash,no_subtree_check,sec=sys,mountpoint=\/srv\/disk,fsid=[0-9a-f-]{36}\)$/,
    )
  })

  it('is given to nobody when nobody mounts it', () => {
    expect(
      listOf(SHARED)
        .split('\n')
        .filter((line) => line !== '' && !line.startsWith('#')),
    ).toEqual([])
  })

  it('is worth keeping only where its disk is mounted', () => {
    const [backup] = resolved(SHARED)
      .cluster.provided()
      .flatMap((one) => one.backup ?? [])
    expect(backup).toEqual({ paths: [{ path: '/srv/disk/media', mounted: true }] })
  })

  it('is not there when the disk is not: an empty folder in its place is no folder', async () => {
    const [one] = exportsOf(resolved(SHARED).cluster)
    if (!one) throw new Error('nothing is shared')
    const link = (ends: Readonly<Record<string, Partial<ProgramEnd>>>): NodeLink => ({
      connect: () => Promise.reject(new Error('no link')),
      run: (_, [program = '']) =>
        Promise.resolve({ code: 0, stdout: Buffer.from(''), stderr: '', ...ends[program] }),
    })
    const shared = { '/usr/sbin/exportfs': { stdout: Buffer.from('/srv/disk/media  192.0.2.2(sync)\n') } }
    expect(await sharedProblem(link({ ...shared, findmnt: { code: 1 } }), one)).toBe(
      'no disk is mounted at /srv/disk, so media is not shared',
    )
    expect(await sharedProblem(link({}), one)).toBe('/srv/disk/media is not shared')
    expect(await sharedProblem(link(shared), one)).toBeUndefined()
  })
})

describe('a database', () => {
  it('is not put on it, whichever engine it belongs to: DATABASE_ON_SHARE', () => {
    const codes = (role: string, at = '/srv/media') =>
      resolved(
        `${SHARED}  nfs-volume: { on: [nas, bee], volumes: { media: ${at} } }\n${role}`,
      ).diagnostics.map(({ code }) => code)
    const consul = (node: string, folder: string) => `  consul-server: { on: ${node}, data_dir: ${folder} }\n`
    expect(codes(consul('bee', '/srv/media/consul'))).toContain('DATABASE_ON_SHARE')
    expect(codes(consul('bee', '/srv/consul'))).not.toContain('DATABASE_ON_SHARE')
    // On the server itself it is a disk as any other.
    expect(codes(consul('nas', '/srv/disk/media/consul'))).not.toContain('DATABASE_ON_SHARE')
    expect(codes(consul('nas', '/srv/media/consul'))).not.toContain('DATABASE_ON_SHARE')
    expect(codes('  prometheus: { on: bee }\n', '/var/lib/prometheus')).toContain('DATABASE_ON_SHARE')
  })
})
