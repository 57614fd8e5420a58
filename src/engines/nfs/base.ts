/** What both halves of NFS have on a node. */
import { addressOf, type Resource } from '../../resources/kind.ts'
import { group } from '../../resources/group/group.ts'
import { service } from '../../resources/service/service.ts'
import { accountOfPackage } from '../../resources/user/account-of-package.ts'
import { user } from '../../resources/user/user.ts'
import type { SharedFolder } from './options.ts'

/** The port mapper and the locks of version 3, which come with the packages: nobody needs them, and they listen to everybody. */
const OF_VERSION_3 = ['rpcbind.socket', 'rpcbind.service', 'rpc-statd.service', 'rpc-statd-notify.service']

/** Before packages and mounts. */
export function withoutVersion3(): Resource[] {
  return [
    ...accountOfPackage('statd', '/var/lib/nfs'),
    ...accountOfPackage('_rpc', '/run/rpcbind'),
    ...OF_VERSION_3.map((name) => service({ name, enabled: 'masked', state: 'stopped' })),
  ]
}

/** What several folders have in common, such as their disk, is there once. */
export function once(resources: readonly Resource[]): readonly Resource[] {
  return [...new Map(resources.map((one) => [addressOf(one), one])).values()]
}

/** The account that a folder belongs to, with the same number everywhere. */
export function ownerOf({ owner }: SharedFolder): Resource[] {
  if (owner === undefined) return []
  const { user: name, id } = owner
  return [group({ name, gid: id }), user({ name, uid: id, group: name, system: true })]
}
