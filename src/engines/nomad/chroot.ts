/** What work by `exec` sees of the node where it runs, in a root of its own. */
import type { ClientOptions } from './client-options.ts'
import type { NomadNode } from './setup.ts'

/** Where Debian keeps libraries (its multiarch names), and what starts a program. */
const LIBRARIES: Readonly<Record<string, readonly string[]>> = {
  arm64: ['aarch64-linux-gnu', 'ld-linux-aarch64.so.1'],
  amd64: ['x86_64-linux-gnu'],
}

/**
 * Each file is a link of its own for each task (`client/allocdir`, `embedDirs`), and a card is slow: so it is not all of /usr, as Nomad's own list has it,
 * which also has all of /etc and with it what other roles keep there ("chroot_env", agent configuration reference).
 */
const ALWAYS = [
  '/bin',
  '/lib64',
  '/sbin',
  '/usr/bin',
  '/usr/lib/ssl',
  '/usr/lib64',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/share/ca-certificates',
  '/usr/share/zoneinfo',
  '/etc/alternatives',
  '/etc/ca-certificates.conf',
  '/etc/group',
  '/etc/hosts',
  '/etc/ld.so.cache',
  '/etc/ld.so.conf',
  '/etc/ld.so.conf.d',
  '/etc/localtime',
  '/etc/nsswitch.conf',
  '/etc/passwd',
  '/etc/ssl/certs',
  '/etc/ssl/openssl.cnf',
]

/** Paths of the node, by the paths in the root of the work. What is not there is left out by the agent. */
export function chrootOf(
  { architecture }: Pick<NomadNode, 'architecture'>,
  { chroot }: Pick<ClientOptions, 'chroot'>,
): Readonly<Record<string, string>> {
  const libraries = (LIBRARIES[architecture] ?? []).flatMap((name) => [`/lib/${name}`, `/usr/lib/${name}`])
  return Object.fromEntries([...ALWAYS, ...libraries, ...chroot].map((path) => [path, path]))
}
