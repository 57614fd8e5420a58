/** The role `nfs-volume`: folders that other nodes share, mounted when somebody comes. */
import { once, ownerOf, withoutVersion3 } from '../../engines/nfs/base.ts'
import { nfsCodes } from '../../engines/nfs/codes.ts'
import { mountedProblem, nfsGate, nfsProbe } from '../../engines/nfs/effect.ts'
import {
  addressFor,
  diskAt,
  exportsOf,
  folderAddress,
  hasFolder,
  mountsOf,
  type Mounted,
} from '../../engines/nfs/exports.ts'
import { VOLUME_ROLE } from '../../engines/nfs/names.ts'
import { volumeOptions, type VolumeOptions } from '../../engines/nfs/options.ts'
import { addressOf, type LocalAddress, type Resource } from '../../resources/kind.ts'
import { mount } from '../../resources/mount/mount.ts'
import { debianPackage } from '../../resources/package/package.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { defineRole, type RoleContext } from '../role.ts'

/**
 * A program waits for a server that is away and goes on when it is back; it never reads an error into its data (`hard`). The boot waits for
 * nothing, and nobody finds an empty folder in place of the files: systemd holds it (systemd.mount(5), nfs(5)).
 */
const OPTIONS = [
  'hard',
  'nfsvers=4.2',
  'proto=tcp',
  'nosuid',
  'nodev',
  'noatime',
  '_netdev',
  'x-systemd.automount',
  'x-systemd.mount-timeout=30s',
]

/** Those that come from another node: on its server a folder is what it is there. */
function remoteOf(options: VolumeOptions, node: ClusterNode, cluster: Cluster): readonly Mounted[] {
  return mountsOf(options, cluster).filter(({ server }) => server.name !== node.name)
}

/** Whoever works with files over a mesh waits for the mesh. */
function behind(network: string | undefined, cluster: Cluster): string[] {
  const unit = network === undefined ? undefined : cluster.network(network)?.unit
  return unit === undefined ? [] : [`x-systemd.requires=${unit}`, `x-systemd.after=${unit}`]
}

/** On its server a folder comes and goes with its disk. */
function onDisk(one: Mounted): { readonly follows?: string } {
  return one.disk === undefined ? {} : { follows: diskAt(one) }
}

function mountOf(one: Mounted, node: ClusterNode, cluster: Cluster, needs: LocalAddress[]): Resource[] {
  const { at, path, server, network } = one
  if (server.name === node.name) {
    const made = hasFolder(one) ? [folderAddress(one)] : []
    return at === path
      ? []
      : [mount({ path: at, source: path, type: 'none', options: ['bind'], needs: made, ...onDisk(one) })]
  }
  const source = `${addressFor(server, network, cluster)}:${path}`
  return [mount({ path: at, source, type: 'nfs', options: [...OPTIONS, ...behind(network, cluster)], needs })]
}

function resources({ options, node, cluster }: RoleContext<VolumeOptions>): Resource[] {
  const client = debianPackage({ name: 'nfs-common', program: '/sbin/mount.nfs' })
  const all = mountsOf(options, cluster)
  return [
    ...withoutVersion3(),
    client,
    ...once(all.flatMap(ownerOf)),
    ...all.flatMap((one) => mountOf(one, node, cluster, [addressOf(client)])),
  ]
}

/** The kernel's NFS client, from Debian. */
const nfsVolume = defineRole({
  name: VOLUME_ROLE,
  summary: 'Mounts folders that other nodes share, without a boot that waits for them.',
  uses: 'several',
  options: volumeOptions,
  findings: ({ options, cluster }) => {
    const known = exportsOf(cluster).map(({ name }) => name)
    return Object.keys(options.volumes)
      .filter((name) => !known.includes(name))
      .map((name) => ({
        diagnostic: nfsCodes.NFS_EXPORT_UNKNOWN({ name, known }),
        option: ['volumes', name],
      }))
  },
  follows: ({ options, node, cluster }) => remoteOf(options, node, cluster).map(({ server }) => server.name),
  provides: ({ options, node, cluster }) => [
    {
      name: VOLUME_ROLE,
      ports: [],
      to: 'cluster',
      packages: ['nfs-common'],
      volumes: mountsOf(options, cluster).map(({ name, at, server }) => ({
        name,
        path: at,
        shared: server.name !== node.name,
      })),
    },
  ],
  resources,
  gates: ({ options, node, cluster }) =>
    remoteOf(options, node, cluster).map((one) =>
      nfsGate(`${VOLUME_ROLE} ${one.name}`, node.name, (link) => mountedProblem(link, node.name, one)),
    ),
  status: ({ options, nodes, cluster }) =>
    nfsProbe(
      VOLUME_ROLE,
      nodes.flatMap((node) =>
        remoteOf(options, node, cluster).map((one) => ({
          node: node.name,
          ask: (link) => mountedProblem(link, node.name, one),
        })),
      ),
    ),
})

export default nfsVolume
