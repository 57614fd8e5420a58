/** Who else writes `/etc/resolv.conf`, and how each is told to leave it: at its own settings, so that it stays so after the next boot. */
import { directory } from '../../resources/directory/directory.ts'
import { file } from '../../resources/file/file.ts'
import { addressOf, type Resource } from '../../resources/kind.ts'
import { service } from '../../resources/service/service.ts'
import { scripts } from './scripts.generated.ts'

/** Where a folder comes with the program, and stays with it. */
const FOLDERS = {
  networkManager: '/etc/NetworkManager/conf.d',
  dhclient: '/etc/dhcp/dhclient-enter-hooks.d',
} as const

/** By the words of facts.sh. */
const WRITERS: Readonly<Record<string, () => Resource[]>> = {
  // Asked by way of libc's nss-resolve, it would go on asking the servers that a network told it of.
  resolved: () => [service({ name: 'systemd-resolved', enabled: 'masked', state: 'stopped', stage: LATE })],
  networkmanager: () => {
    const settings = file({
      path: `${FOLDERS.networkManager}/90-bramble-dns.conf`,
      content: '[main]\ndns=none\nsystemd-resolved=false\n',
    })
    return [
      directory({ path: FOLDERS.networkManager }),
      settings,
      service({
        name: 'NetworkManager',
        enabled: 'leave',
        state: 'leave',
        reloadOn: [addressOf(settings)],
        needs: [addressOf(settings)],
      }),
    ]
  },
  dhcpcd: () => [file({ path: '/etc/dhcpcd.enter-hook', content: scripts['dhcpcd-enter-hook'] })],
  dhclient: () => [
    directory({ path: FOLDERS.dhclient }),
    file({ path: `${FOLDERS.dhclient}/bramble`, content: scripts['dhclient-enter-hook'] }),
  ],
  openresolv: () => [file({ path: '/etc/resolvconf.conf', content: 'resolvconf=NO\n' })],
}

/** Behind the services of other roles: names are asked for at the new place once it answers. */
export const LATE = 85

/** The resources that quieten the writers of a node. */
export function quietened(fact: string | undefined): Resource[] {
  return (fact ?? '').split(' ').flatMap((word) => WRITERS[word]?.() ?? [])
}
