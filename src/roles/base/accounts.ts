/** Groups, users, what they log in with and what they may do. */
import { authorizedKey } from '../../resources/authorized-key/authorized-key.ts'
import { file } from '../../resources/file/file.ts'
import { group } from '../../resources/group/group.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { sudoRights } from '../../resources/sudo-rights/sudo-rights.ts'
import { user } from '../../resources/user/user.ts'
import type { Cluster } from '../../topology/cluster.ts'
import type { ClusterNode } from '../../topology/node.ts'
import type { BaseOptions } from './options.ts'

/** Names of the users who may become root. */
export function sudoers({ users }: BaseOptions): string[] {
  return Object.entries(users).flatMap(([name, { sudo }]) => (sudo ? [name] : []))
}

/** Every key of every user once; the login user also has those of the cluster's `access`. */
function keysByUser(
  { users }: BaseOptions,
  { access }: Cluster,
  { user: login }: ClusterNode,
): [name: string, key: string][] {
  const keys = [
    ...access.authorizedKeys.map((key): [string, string] => [login, key]),
    ...Object.entries(users).flatMap(([name, { authorized_keys }]) =>
      authorized_keys.map((key): [string, string] => [name, key]),
    ),
  ]
  const seen = new Set<string>()
  return keys.filter(([name, key]) => {
    const { name: one } = authorizedKey({ user: name, key })
    return !seen.has(one) && seen.add(one)
  })
}

const SUDOERS = '/etc/sudoers.d/50-bramble'

/** Accounts, their keys and their rights: without them nobody could log in any more. */
export function isAccount(resource: Resource): boolean {
  return (
    ['group', 'user', 'authorized-key', 'sudo-rights'].includes(resource.kind) ||
    addressOf(resource) === `file:${SUDOERS}`
  )
}

function rights(options: BaseOptions): Resource[] {
  const names = sudoers(options)
  if (names.length === 0) return []
  const path = SUDOERS
  return [
    file({
      // sudo leaves out files with a dot or a tilde in their names (sudoers(5), "@includedir").
      path,
      content: names.map((name) => `${name} ALL=(ALL:ALL) NOPASSWD: ALL\n`).join(''),
      mode: '440',
      validate: ['visudo', '-c', '-f', '{}'],
      // A mistake here could take away the rights with which it would be mended.
      trial: true,
      needs: ['package:sudo', ...names.map((name) => `user:${name}` as const)],
    }),
    sudoRights({ path, users: names }),
  ]
}

/** The resources of all groups and users. */
export function accounts(options: BaseOptions, cluster: Cluster, node: ClusterNode): Resource[] {
  return [
    ...Object.entries(options.groups).map(([name, { gid }]) =>
      group({ name, ...(gid !== undefined && { gid }) }),
    ),
    ...Object.entries(options.users).map(([name, { groups, shell, uid, comment }]) =>
      user({
        name,
        groups,
        shell,
        ...(uid !== undefined && { uid }),
        ...(comment !== undefined && { comment }),
        // Whoever has a password keeps it; it opens no SSH session.
        password: 'kept',
      }),
    ),
    ...keysByUser(options, cluster, node).map(([name, key]) => authorizedKey({ user: name, key })),
    ...rights(options),
  ]
}
