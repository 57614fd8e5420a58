/** The role `nfs-server`: folders of a disk, shared with the nodes that mount them. */
import { createHash } from 'node:crypto'
import { once, ownerOf, withoutVersion3 } from '../../engines/nfs/base.ts'
import { nfsCodes } from '../../engines/nfs/codes.ts'
import { nfsGate, nfsProbe, sharedProblem } from '../../engines/nfs/effect.ts'
import { addressFor, clientsOf, diskAt, exportsOf, type Export } from '../../engines/nfs/exports.ts'
import { NFS_PORT, SERVER_ROLE, VOLUME_ROLE } from '../../engines/nfs/names.ts'
import { serverOptions, type ServerOptions } from '../../engines/nfs/options.ts'
import { networkFindings } from '../../engines/network-findings.ts'
import { directory } from '../../resources/directory/directory.ts'
import { farewell } from '../../resources/farewell/farewell.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { mount } from '../../resources/mount/mount.ts'
import { BEFORE_PACKAGES, debianPackage } from '../../resources/package/package.ts'
import { service } from '../../resources/service/service.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import { defineRole, type RoleContext } from '../role.ts'

/** The newest version alone (nfs.conf(5)): one port, locks that end with their holder, and no port mapper. */
const SETTINGS = `# Written by Bramble from the cluster file.
[nfsd]
udp=n
vers3=n
vers4=y
vers4.0=n
vers4.1=n
vers4.2=y
`

const MOUNTD = '/etc/systemd/system/nfs-mountd.service.d'
/**
 * rpc.mountd(8) answers the kernel, which asks who may mount. Whoever mounts asks it in version 3 alone, and it would listen all the same. What the
 * kernel was told is asked anew after a minute instead of half an hour: a disk that has come back is not missing for longer.
 */
const MOUNTD_STARTS = '[Service]\nExecStart=\nExecStart=/usr/sbin/rpc.mountd --no-tcp --no-udp --ttl 60\n'

/** The same in each run, and another one for each folder: whoever has mounted it knows it by this after the server was started anew. */
function identityOf({ name, server }: Export): string {
  const hex = createHash('sha256').update(`${server.name}/${name}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}

/** The folders that a use of the role shares from a node. */
function ownOf({ exports }: ServerOptions, node: ClusterNode, cluster: Cluster): readonly Export[] {
  return exportsOf(cluster).filter(
    ({ name, server }) => server.name === node.name && Object.hasOwn(exports, name),
  )
}

/** Whether anybody is to have it: the kernel shares nothing with nobody. */
function isForSomebody({ name, server }: Export, { clients }: ServerOptions, cluster: Cluster): boolean {
  return clients.length > 0 || clientsOf(name, server.name, cluster).length > 0
}

/** One line of exports(5). `mountpoint`: nothing is given out while the disk is not mounted; root of another node is nobody here. */
function exportText(one: Export, { clients }: ServerOptions, cluster: Cluster): string {
  const words = [
    one.read_only ? 'ro' : 'rw',
    'sync',
    'root_squash',
    'no_subtree_check',
    'sec=sys',
    `mountpoint=${diskAt(one)}`,
    `fsid=${identityOf(one)}`,
  ].join(',')
  const nodes = clientsOf(one.name, one.server.name, cluster).map((node) =>
    addressFor(node, one.network, cluster).replace(/^\[(.*)\]$/, '$1'),
  )
  const all = [...new Set([...nodes, ...clients])]
  return `# Written by Bramble from the cluster file.\n${all.length === 0 ? '#' : ''}${one.path} ${all.map((client) => `${client}(${words})`).join(' ')}\n`
}

/** The disk, and on it the folder with its owner. */
function folderOf(one: Export): Resource[] {
  if (one.disk === undefined) return []
  const at = diskAt(one)
  const disk = mount({
    path: at,
    source: one.disk,
    type: one.disk_type,
    options: ['noatime', 'nodev', 'nosuid'],
  })
  if (one.path === at) return [disk]
  const whose = one.owner?.user ?? 'root'
  // Behind the mount: what is made before lies beneath it.
  return [
    disk,
    directory({
      path: one.path,
      owner: whose,
      group: whose,
      mode: '775',
      stage: LATE,
      needs: [addressOf(disk)],
    }),
  ]
}

/** Behind mounts, before services. */
const LATE = 65

/** What the kernel and its daemons note of clients and of folders, for nobody but themselves (nfsdcld(8), rpc.mountd(8)); no package takes it away. */
const NOTES = ['nfsdcld', 'reexpdb.sqlite3', 'export-lock'].map((name) => `/var/lib/nfs/${name}`)

/** Last made, first done: the notes before their folder, and both when the package has left. */
function notesLeave(): Resource[] {
  const stage = BEFORE_PACKAGES
  return [
    farewell({
      name: 'take away the folder of NFS when nothing is in it',
      run: ['find', '/var/lib/nfs', '-maxdepth', '0', '-empty', '-delete'],
      onlyIf: '/var/lib/nfs',
      stage,
    }),
    farewell({ name: 'take away what the NFS server has noted', run: ['rm', '-rf', ...NOTES], stage }),
  ]
}

function resources({ options, node, cluster }: RoleContext<ServerOptions>): Resource[] {
  const own = ownOf(options, node, cluster)
  const server = debianPackage({ name: 'nfs-kernel-server', program: '/usr/sbin/exportfs' })
  const settings = file({
    path: '/etc/nfs.conf.d/90-bramble.conf',
    content: SETTINGS,
    needs: [addressOf(server)],
  })
  const mountd = file({ path: `${MOUNTD}/90-bramble.conf`, content: MOUNTD_STARTS })
  const lists = own.map((one) =>
    file({
      path: `/etc/exports.d/bramble-${one.name}.exports`,
      content: exportText(one, options, cluster),
      needs: [addressOf(server)],
    }),
  )
  return [
    ...withoutVersion3(),
    ...once(own.flatMap(ownerOf)),
    ...notesLeave(),
    server,
    ...once(own.flatMap(folderOf)),
    directory({ path: '/etc/nfs.conf.d' }),
    directory({ path: '/etc/exports.d' }),
    directory({ path: MOUNTD }),
    settings,
    mountd,
    ...lists,
    service({
      name: 'nfs-server',
      restartOn: [server, settings, mountd].map(addressOf),
      reloadOn: lists.map(addressOf),
      needs: [settings, ...lists].map(addressOf),
    }),
  ]
}

/** The kernel's NFS server, from Debian. */
const nfsServer = defineRole({
  name: SERVER_ROLE,
  summary:
    'Shares folders of a disk with the nodes that mount them, and nothing while the disk is not there.',
  uses: 'several',
  pace: 'one at a time',
  options: serverOptions,
  carries: () => true,
  findings: ({ options, nodes, cluster }) => [
    ...networkFindings(cluster, options.network, [
      ...nodes,
      ...Object.keys(options.exports).flatMap((name) =>
        nodes.flatMap((node) => clientsOf(name, node.name, cluster)),
      ),
    ]),
    ...Object.keys(options.exports).flatMap((name) => {
      const having = exportsOf(cluster).filter((one) => one.name === name)
      return having.length < 2
        ? []
        : [
            {
              diagnostic: nfsCodes.NFS_EXPORT_TWICE({ name, nodes: having.map(({ server }) => server.name) }),
              option: ['exports', name],
            },
          ]
    }),
  ],
  provides: ({ options, node, cluster }) => [
    {
      name: SERVER_ROLE,
      ports: [{ port: NFS_PORT, protocol: 'tcp' }],
      // The server itself gives nothing to whoever is not named.
      to: options.clients.length > 0 ? 'everyone' : { roles: [VOLUME_ROLE] },
      packages: ['nfs-kernel-server'],
      backup: { paths: Object.values(options.exports).map(({ path }) => ({ path, mounted: true })) },
      // Here it is a disk as any other.
      volumes: ownOf(options, node, cluster).map(({ name, path }) => ({ name, path, shared: false })),
      ...(options.network !== undefined && options.clients.length === 0 && { network: options.network }),
    },
  ],
  resources,
  gates: ({ options, node, cluster }) =>
    ownOf(options, node, cluster)
      .filter((one) => isForSomebody(one, options, cluster))
      .map((one) => nfsGate(`${SERVER_ROLE} ${one.name}`, node.name, (link) => sharedProblem(link, one))),
  status: ({ options, nodes, cluster }) =>
    nfsProbe(
      SERVER_ROLE,
      nodes
        .flatMap((node) => ownOf(options, node, cluster))
        .filter((one) => isForSomebody(one, options, cluster))
        .map((one) => ({ node: one.server.name, ask: (link) => sharedProblem(link, one) })),
    ),
})

export default nfsServer
