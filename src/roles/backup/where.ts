/** Where the repositories are: in a folder of the node itself, on another node, which is reached over SSH, or in a bucket of S3. */
import { directory } from '../../resources/directory/directory.ts'
import { authorizedKey } from '../../resources/authorized-key/authorized-key.ts'
import { file } from '../../resources/file/file.ts'
import { group } from '../../resources/group/group.ts'
import type { Resource } from '../../resources/kind.ts'
import { debianPackage } from '../../resources/package/package.ts'
import { user } from '../../resources/user/user.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { RoleSecrets } from '../../wishes/secret-wish.ts'
import { KEEPER_HOME, KEEPER_USER, keyName, SETTINGS_FOLDER } from './names.ts'
import type { BackupOptions } from './options.ts'
import type { Repository } from './settings.ts'

const S3_AUTHORITY = `${SETTINGS_FOLDER}/s3-ca.pem`

type S3Place = Extract<BackupOptions['to'], { readonly s3: string }>

/** The node that keeps them for others; undefined where each keeps its own. */
export function keepingNode({ to }: BackupOptions, nodes: readonly ClusterNode[]): ClusterNode | undefined {
  return 'node' in to ? nodes.find(({ name }) => name === to.node) : undefined
}

/** The repository of a node. */
export function repositoryOf(
  node: string,
  { to }: BackupOptions,
  keeper: ClusterNode | undefined,
): Repository {
  if ('s3' in to) {
    return {
      address: `s3:${to.s3}/${node}`,
      ...(to.region !== undefined && { region: to.region }),
      ...(to.authority !== undefined && { authority: S3_AUTHORITY }),
    }
  }
  const path = `${to.folder}/${node}`
  if (keeper === undefined || keeper.name === node) return { address: path }
  const words = [
    'ssh',
    `-i ${SETTINGS_FOLDER}/key`,
    ...['IdentitiesOnly=yes', 'BatchMode=yes', 'StrictHostKeyChecking=yes', 'ConnectTimeout=20'].map(
      (option) => `-o ${option}`,
    ),
    `-o UserKnownHostsFile=${SETTINGS_FOLDER}/known_hosts`,
    `-o ServerAliveInterval=30`,
    `-p ${keeper.sshPort}`,
    `${KEEPER_USER}@${keeper.address}`,
    '-s sftp',
  ]
  return { address: `sftp:${KEEPER_USER}@${keeper.address}:${path}`, ssh: words.join(' ') }
}

/** What it takes on this node. */
export function placeResources(
  node: ClusterNode,
  { to }: BackupOptions,
  nodes: readonly ClusterNode[],
  keeper: ClusterNode | undefined,
  secrets: RoleSecrets,
): Resource[] {
  if ('s3' in to) return bucketResources(to)
  if (keeper === undefined) return [directory({ path: to.folder, mode: '700' })]
  if (keeper.name === node.name) {
    const guests = nodes.filter(({ name }) => name !== node.name)
    return [
      ...guestAccount(to.folder),
      ...guests.map(({ name }) => guestKey(secrets.keyPair(keyName(name)).publicKey)),
    ]
  }
  const hostKey = keeper.facts['ssh_host_key']?.split(' ').slice(0, 2).join(' ')
  const port = keeper.sshPort
  const host = port === 22 ? keeper.address : `[${keeper.address}]:${port}`
  return [
    debianPackage({ name: 'openssh-client' }),
    file({
      path: `${SETTINGS_FOLDER}/key`,
      content: secrets.keyPair(keyName(node.name)).privateKey,
      mode: '600',
      sensitive: true,
    }),
    // Known from the first look at that node, never learned from whoever answers.
    file({
      path: `${SETTINGS_FOLDER}/known_hosts`,
      content: hostKey === undefined ? '' : `${host} ${hostKey}\n`,
      mode: '600',
    }),
  ]
}

/** Keys in a file that restic reads by itself (AWS, "Shared credentials file"), quoted as its reader takes them (go-ini): they are in no argument and no environment. */
function bucketResources({ access_key: id, secret_key: key, authority }: S3Place): Resource[] {
  const content = `[default]\naws_access_key_id = \`${id}\`\naws_secret_access_key = \`${key}\`\n`
  return [
    file({ path: `${SETTINGS_FOLDER}/s3`, content, mode: '600', sensitive: true }),
    ...(authority === undefined ? [] : [file({ path: S3_AUTHORITY, content: authority })]),
  ]
}

function guestAccount(folder: string): Resource[] {
  return [
    group({ name: KEEPER_USER, system: true }),
    user({
      name: KEEPER_USER,
      system: true,
      group: KEEPER_USER,
      home: KEEPER_HOME,
      create_home: true,
      comment: 'Backups of other nodes',
    }),
    directory({ path: folder, mode: '700', owner: KEEPER_USER, group: KEEPER_USER }),
  ]
}

/** Files and nothing else: no shell, no forwarding, no terminal (sshd(8), "AUTHORIZED_KEYS FILE FORMAT"). */
function guestKey(publicKey: string): Resource {
  return authorizedKey({ user: KEEPER_USER, key: `restrict,command="internal-sftp" ${publicKey}` })
}
