/** The packages that the live tests of the kind package install, and how they are tidied away. */
import type { ProgramRun } from '../contract/program-run.ts'
import type { LiveNode } from './live-node.ts'
import type { TinyPackage } from './package-repository.ts'
import { notingUnit } from './noting-unit.ts'

/** A daemon whose package starts it, as packages of Debian do. */
function daemon(name: string, version: string): TinyPackage {
  const step = `action=start; [ -z "$2" ] || action=restart`
  return {
    name,
    version,
    postinst: `systemctl enable ${name}\n${step}\ndeb-systemd-invoke "$action" ${name}.service || true`,
    files: {
      [`/usr/lib/systemd/system/${name}.service`]: notingUnit(name),
      [`/etc/${name}.conf`]: 'shipped',
    },
  }
}

/** What the repository of the node offers. */
export const TINY_PACKAGES: readonly TinyPackage[] = [
  { name: 'tiny', version: '1.0-1', depends: 'tiny-library', files: { '/etc/tiny.conf': 'shipped\n' } },
  {
    name: 'tiny',
    version: '1.2-1',
    depends: 'tiny-library',
    files: { '/etc/tiny.conf': 'shipped anew\n' },
  },
  { name: 'tiny-tool', version: '1', files: { '/usr/share/tiny-tool': 'shipped' } },
  { name: 'tiny-library', version: '3' },
  { name: 'tiny-other', version: '1', depends: 'tiny-library' },
  { name: 'tiny-fond', version: '1', recommends: 'tiny-library' },
  { name: 'tiny-hint', version: '1', suggests: 'tiny-library' },
  { name: 'tiny-enemy', version: '1', conflicts: 'tiny-other' },
  { name: 'tiny-broken', version: '1', postinst: 'echo cannot configure this >&2; exit 9' },
  { name: 'tiny-needy', version: '1', depends: 'nowhere-to-be-had' },
  {
    name: 'tiny-slow',
    version: '1',
    postinst: 'touch /run/slow; until test -e /run/go; do sleep 0.1; done',
  },
  { name: 'tiny-large', version: '1', files: { '/mnt/full/large': 'x'.repeat(2 ** 20) } },
  {
    name: 'tiny-state',
    version: '1',
    // As Debian's consul does.
    postinst:
      'mkdir -p /var/lib/tiny-state\nchown daemon:daemon /var/lib/tiny-state\nchmod u+rwX,go-rwX /var/lib/tiny-state',
    postrm: 'if [ "$1" = purge ]; then rm -rf /var/lib/tiny-state || true; fi',
    files: { '/var/lib/tiny-state/shipped': 'shipped\n' },
  },
  daemon('tiny-daemon', '1'),
  daemon('tiny-daemon', '2'),
  daemon('tiny-stranger', '1'),
]

/** Removes everything that Bramble owns on the node. */
export function forget(node: LiveNode): Promise<ProgramRun> {
  return node.run('converge', [], ['service', 'file', 'directory', 'package'])
}

/** Leaves the node as it was before a test, whatever the test has left. */
export async function tidyPackages(node: LiveNode): Promise<void> {
  await node.exec('sh', '-c', 'rm -f /usr/sbin/policy-rc.d; touch /run/go')
  await forget(node)
  const purge = `dpkg --purge --force-all $(dpkg-query -W -f '\${Package}\\n' 'tiny*')`
  await node.exec(
    'sh',
    '-c',
    `systemctl stop tiny-daemon tiny-stranger; ${purge}; rm -rf /run/slow /run/go /run/tiny-* /var/lib/tiny-state /var/lib/second-*`,
  )
}

/** The installed version of a package, empty when it is not installed. */
export async function versionOf(node: LiveNode, name: string): Promise<string> {
  const format = '${db:Status-Status} ${Version}'
  const [status, found] = (await node.exec('dpkg-query', '-W', '-f', format, name)).stdout
    .toString()
    .split(' ')
  return status === 'installed' ? (found ?? '') : ''
}
