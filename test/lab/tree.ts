/** All files of a node, to tell what is left when roles have gone. */
import type { ClusterUnderTest } from './cluster-under-test.ts'

/** What every boot and every log writes. */
const SKIPPED =
  '\\( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /dev -o -path /var/log -o -path /var/cache ' +
  '-o -path /var/lib/apt/lists -o -path /var/lib/systemd -o -path /var/tmp -o -path /home -o -path /root \\) -prune -o '

/** Files with their owners and contents. */
const TREE =
  `find / -xdev ${SKIPPED} \\( -type f -printf "%p %m %U %G\\n" \\) -o \\( ! -type f -printf "%p %y %m %U %G %l\\n" \\); ` +
  `find / -xdev ${SKIPPED} -type f -exec sha256sum {} +`

/**
 * systemd takes empty `.wants` folders away when a unit is disabled; tools for accounts keep backups of their files; whoever logs in leaves a
 * message of the day in `/run`, and an apply its leases; what programs of Debian leave in memory is gone with the next start: adduser its
 * lock, wireguard-go the empty folder of its sockets.
 */
const NOISE =
  /\/(var\/lib\/(bramble|dpkg|apt|ucf|pam)|etc\/(passwd|group|shadow|gshadow|subuid|subgid)-|etc\/ld\.so\.cache|etc\/systemd\/system\/\w+\.target\.wants d |run\/(motd\.dynamic|bramble|adduser|wireguard) )/

/** Packet rules that come with an engine: its chains and bridges, and what is dropped. */
const RULES = /bramble|docker|policy drop/i

/** A line a file with its owner and mode, and one with its checksum. */
export async function treeOf(cluster: ClusterUnderTest, node: string): Promise<readonly string[]> {
  return (await cluster.text(node, 'sh', '-c', TREE)).split('\n')
}

/** All that roles may leave on a node: its files, what an engine keeps in `/run`, packages, links of the network, packet rules. */
export async function stateOf(cluster: ClusterUnderTest, node: string): Promise<readonly string[]> {
  const run = await cluster.text(node, 'find', '/run', '-maxdepth', '1', '-printf', '%p %y\\n')
  const packages = await cluster.text(
    node,
    'dpkg-query',
    '-W',
    '-f',
    'package ${Package} ${db:Status-Status}\\n',
  )
  const links = await cluster.text(node, 'ip', '-o', 'link')
  const rules = (await cluster.packetRules(node)).stdout.toString()
  return [
    ...(await treeOf(cluster, node)),
    ...run.split('\n'),
    ...packages.split('\n'),
    ...links.split('\n').map((line) => `link ${line.split(/: |@/)[1] ?? ''}`),
    ...rules.split('\n').filter((line) => RULES.test(line)),
  ]
}

/** Lines that only one of two trees has: `+` for what came, `-` for what is gone. */
export function changesIn(before: readonly string[], after: readonly string[]): string[] {
  const [old, now] = [new Set(before), new Set(after)]
  return [
    ...after.filter((line) => !old.has(line)).map((line) => `+ ${line}`),
    ...before.filter((line) => !now.has(line)).map((line) => `- ${line}`),
  ].filter((line) => !NOISE.test(line))
}
