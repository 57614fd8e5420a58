/** Codes for parts of the cluster file that contradict each other: names, addresses, groups, jumps, the domain. */
import { code, defineCodes } from '../define-codes.ts'

/** What can be wrong between keys of the cluster file, before anything is known of the boards. */
export const clusterCodes = defineCodes({
  NODE_LEFT_RUNNING: code<{ node: string; names: readonly string[] }>({
    severity: 'warning',
    origin: 'command',
    shownBy: 'src/api/left-nodes.test.ts',
    title: 'A node left the cluster file, and what runs there goes on',
    summary: ({ node }) =>
      `${node} is no longer in the cluster file; what Bramble made there stays and goes on running`,
    why: 'a node that is not in the file is not logged in to, so nothing is taken away from it; engines still count it as a member',
    fix: ({ node, names }) =>
      `put ${node} back under nodes${names.length > 0 ? ` and take it out of ${names.join(', ')} only` : ' without a role'}, run bramble apply, then take it out; ` +
      `when it is gone for good, run bramble apply as it is`,
    explain:
      'The cluster lock knows a node that the cluster file does not have any more. To have removed what Bramble made on it, give it no roles first (leave its entry ' +
      'under `nodes`, take it out of groups and out of `on`), run `bramble apply`, and only then take its entry out. A board that is broken or away needs none of that: the next complete apply forgets ' +
      'it, with its member, its token and its certificate.',
  }),
  NO_NODES: code({
    title: 'A cluster without nodes',
    summary: 'the cluster has no nodes',
    why: 'there is nothing to configure',
    fix: 'add one under nodes, for instance  hammond: { address: 192.168.1.10 }',
    explain: 'A cluster starts at one node; more can be added at any time.',
  }),
  NAME_NOT_DNS_LABEL: code<{ what: string; name: string; suggestion?: string | undefined }>({
    title: 'A name that cannot be part of a domain name',
    summary: ({ what, name }) => `"${name}" cannot be the name of a ${what}`,
    why: 'names become host names, DNS names and certificate names, which know only a-z, 0-9 and hyphens',
    fix: ({ suggestion }) =>
      suggestion
        ? `call it ${suggestion}`
        : 'use lower-case letters, digits and inner hyphens, 63 characters at most',
    explain:
      'RFC 1123 allows letters, digits and hyphens in a host name, up to 63 characters, with no hyphen at either end. ' +
      'Dots would make several labels of one name (`a.b.node.example.net`), which Consul does not answer for. Capital letters are refused because ' +
      'DNS does not tell them apart.',
  }),
  NAME_RESERVED: code<{ name: string }>({
    title: 'A name with a meaning of its own',
    summary: ({ name }) => `"${name}" cannot be a name: it has a meaning of its own`,
    why: ({ name }) => `on: ${name} would mean two things`,
    fix: 'choose another name',
    explain: '`all` and `rest` in `on` stand for sets of nodes; `localhost` is every computer itself.',
  }),
  NAME_IS_NODE_AND_GROUP: code<{ name: string }>({
    title: 'One name for a node and a group',
    summary: ({ name }) => `"${name}" is a node and a group`,
    why: ({ name }) => `on: ${name} would mean two things`,
    fix: 'rename the group',
    explain: 'Nodes and groups are named in the same places, so their names have to differ.',
  }),
  DUPLICATE_ADDRESS: code<{ address: string; node: string; other: string }>({
    title: 'Two nodes with one address',
    summary: ({ address, node, other }) => `${node} and ${other} both have the address ${address}`,
    why: 'one board would get the configuration of both nodes, in turns',
    fix: ({ node }) =>
      `correct the address of one of them; if it is one board behind two ports, give ${node} a port`,
    explain:
      'Two nodes may share an address only with different ports, or behind different jumps (`via`), because then they are ' +
      'different places to connect to.',
  }),
  DUPLICATE_IDENTITY: code<{ key: string; value: string; node: string; other: string }>({
    title: 'Two nodes with one serial number, machine id or MAC address',
    summary: ({ key, value, node, other }) => `${node} and ${other} both have the ${key} ${value}`,
    why: 'the first board to boot could become either of the two, and clones upset the whole cluster',
    fix: ({ key }) => `give each node its own ${key}, or leave it out`,
    explain:
      'A serial number and a MAC address belong to one board. A machine id (`/etc/machine-id`) is shared by cards that were copied ' +
      'from one another; Consul takes nodes with one id for one node.',
  }),
  UNKNOWN_NAME: code<{ name: string; near?: string | undefined }>({
    title: 'A name that is neither a node nor a group',
    summary: ({ name }) => `there is no node or group "${name}"`,
    why: 'the nodes that are meant would be left out',
    fix: ({ near, name }) =>
      near ? `did you mean ${near}?` : `add ${name} under nodes or groups, or take it out here`,
    explain: '`on`, `of` and `groups` take names of nodes and of groups.',
  }),
  UNKNOWN_JUMP: code<{ name: string; near?: string | undefined }>({
    title: 'A way over a node that does not exist',
    summary: ({ name }) => `there is no node "${name}" to go through`,
    why: 'the node behind it cannot be reached',
    fix: ({ near, name }) =>
      near
        ? `did you mean ${near}?`
        : `name a node, or write user@${name} for a computer outside the cluster`,
    explain:
      '`via` names the node that SSH goes through (ProxyJump), or a computer outside the cluster as `user@name` or `user@name:port`.',
  }),
  JUMP_LOOP: code<{ nodes: readonly string[] }>({
    title: 'Nodes that are reached through one another',
    summary: ({ nodes }) => [...nodes, nodes[0]].join(' goes through '),
    why: 'none of them can be reached',
    fix: 'take out one via: one of them has to be reachable from here',
    explain: 'Following `via` from a node has to end at a node without `via`.',
  }),
  GROUP_LOOP: code<{ groups: readonly string[] }>({
    title: 'Groups that contain one another',
    summary: ({ groups }) => [...groups, groups[0]].join(' contains '),
    why: 'which nodes belong to them has no answer',
    fix: 'take one of the names out of its group',
    explain: 'Groups may contain groups, as long as none contains itself, directly or through others.',
  }),
  ARCHITECTURE_NOT_OF_MODEL: code<{ architecture: string; model: string; known: readonly string[] }>({
    title: 'An architecture that the board does not have',
    summary: ({ architecture, model }) => `a ${model} cannot run ${architecture} programs`,
    why: 'programs of that architecture do not start on this board',
    fix: ({ known }) => `write ${known.join(' or ')}, or leave architecture out`,
    explain:
      'The first Pi and the Zero, Zero W are ARMv6, 32 bits; the Pi 2 is ARMv7; the Pi 3 and later run 64-bit and 32-bit systems.',
  }),
  MEMORY_NOT_OF_MODEL: code<{ memory: string; model: string; sold: readonly string[] }>({
    severity: 'warning',
    title: 'More or less memory than the board is sold with',
    summary: ({ memory, model }) => `no ${model} is sold with ${memory}`,
    why: 'roles are chosen by memory; a wrong figure puts too much on a small board',
    fix: ({ sold }) => `write one of: ${sold.join(', ')}`,
    explain: 'The sizes come from the product pages. Leave `memory` out to have it read from the board.',
  }),
  DOMAIN_UNREGISTERED: code<{ domain: string; ending: string }>({
    severity: 'warning',
    title: 'A domain that looks made up',
    summary: ({ domain, ending }) => `"${domain}" ends in .${ending}, which nobody can register`,
    why: 'the day somebody registers it, your names lead to strangers; no public certificate can be had for it',
    fix: 'use a subdomain of a domain you own, such as home.example.net, or home.arpa, which is set aside for this',
    explain:
      "Consul's own default, `.consul`, is such a name. RFC 8375 sets `home.arpa` aside for homes, and ICANN has reserved `.internal` for private networks: " +
      'both are fine. A subdomain of your own domain is best, because it can have public certificates.',
  }),
  DOMAIN_OF_EVERYBODY: code<{ domain: string }>({
    severity: 'warning',
    title: 'A domain under which others have theirs',
    summary: ({ domain }) => `"${domain}" is an ending of domains, not a domain of yours`,
    why: ({ domain }) =>
      `the nodes would take every name under .${domain} for one of this cluster, or ask strangers for yours`,
    fix: ({ domain }) =>
      `write a domain below it that is yours, such as home.NAME.${domain}, or home.arpa, which is set aside for homes`,
    explain:
      'Domains are registered below endings such as `com`, `co.uk` or `duckdns.org`; nobody owns such an ending for a home or an office. ' +
      'Write the name that you have registered, best with a label of its own before it: `home.example.net`.',
  }),
  DOMAIN_BELONGS_TO_MDNS: code<{ domain: string }>({
    severity: 'warning',
    title: 'A domain under .local',
    summary: ({ domain }) => `"${domain}" lies under .local, which belongs to multicast DNS`,
    why: 'many systems, Raspberry Pi OS among them, never ask a DNS server for names under .local',
    fix: 'use a subdomain of a domain you own, such as home.example.net, or home.arpa',
    explain:
      'RFC 6762 gives `.local` to multicast DNS (Avahi, Bonjour). Lookups go to the network instead of the DNS server.',
  }),
  CHECK_NEEDS_ONE_PROBE: code<{ found: readonly string[]; choices: readonly string[] }>({
    title: 'A check that probes nothing, or two things',
    summary: ({ found }) =>
      found.length === 0
        ? 'a check has nothing to probe'
        : `a check has ${found.join(' and ')}: one too many`,
    why: 'a check asks one question',
    fix: ({ found, choices }) =>
      found.length === 0 ? `add one of: ${choices.join(', ')}` : 'make a list of two checks',
    explain:
      '`check` takes one probe (`http`, `tcp`, `grpc` or `script`) with `interval` and `timeout`, or a list of such checks.',
  }),
  SERVICE_WITHOUT_NODES: code<{ service: string }>({
    title: 'A service that runs nowhere',
    summary: ({ service }) => `nothing says where ${service} runs`,
    why: 'it would be registered on no node',
    fix: 'add on: … (names, groups or all) or needs: [what a node must have]',
    explain:
      'A service runs on the nodes that `on` selects and that have all labels of `needs`; one of the two is enough.',
  }),
  SELECTOR_MATCHES_NOTHING: code<{ what: string; selector: string; unknown: number; total: number }>({
    title: 'A selector that matches no node',
    summary: ({ what, selector }) => `no node for ${what}: nothing matches ${selector}`,
    why: ({ what }) => `${what} would be nowhere in the cluster`,
    fix: ({ unknown, total }) =>
      unknown > 0
        ? `of ${unknown} of ${total} nodes the board is not known: run bramble facts, or write model and memory`
        : 'widen the selector, or correct model, memory, has or labels of the nodes',
    explain:
      'A selector chooses nodes by what their boards are. What is not written in the cluster file is read from live nodes by ' +
      '`bramble facts` and kept in the cluster lock.',
  }),
  TOO_FEW_NODES: code<{ what: string; count: number; found: readonly string[]; unknown: number }>({
    title: 'Fewer nodes than asked for',
    summary: ({ what, count, found }) => `${what} asks for ${count} nodes, only ${found.length} match`,
    why: ({ found }) => `the choice would be smaller than wanted: ${found.join(', ')}`,
    fix: ({ found, unknown }) =>
      unknown > 0
        ? 'run bramble facts so that all boards are known, or write model and memory'
        : `add nodes that match, or lower count to ${found.length}`,
    explain:
      '`count` is exact: a cluster of consensus servers that is smaller than planned tolerates fewer losses.',
  }),
  AUTHORIZED_KEY_MISSING: code<{ entry: string; found: boolean }>({
    title: 'An authorized key that is neither a key nor a file with keys',
    summary: ({ entry, found }) =>
      found ? `${entry} holds no public key` : `${entry} is no public key and no file`,
    why: 'nobody could log in to a node with it',
    fix: 'write the path of a .pub file, or the key itself: ssh-ed25519 AAAA… you@laptop',
    explain:
      'Each entry of `access.authorized_keys` is a public key as OpenSSH writes it (sshd(8), AUTHORIZED_KEYS FILE FORMAT) or the path of ' +
      'a file with such lines, from the folder of the cluster file; `~/` is your home. A new key pair: `ssh-keygen -t ed25519`.',
  }),
  FOLDER_UNWRITABLE: code<{ folder: string; refusal: string }>({
    origin: 'cluster',
    shownBy: 'src/api/folder/working-folder.test.ts',
    title: 'A folder in which nothing can be written',
    summary: ({ folder, refusal }) => `nothing can be written in ${folder}: ${REFUSALS[refusal] ?? refusal}`,
    why: 'what a run decides (choices, versions, secrets) is written down before the first node gets any of it',
    fix: ({ folder, refusal }) =>
      refusal === 'ENOSPC' || refusal === 'EDQUOT'
        ? `make room, for instance by removing what is old there: df -h ${folder}`
        : refusal === 'EROFS'
          ? `copy the folder of the cluster to where you can write, or remount it: mount -o remount,rw …`
          : `make it yours again, as after a run with sudo: sudo chown -R "$(id -u)" ${folder}`,
    explain:
      '`plan`, `status`, `facts` of a node and `ssh-config` need no place beside the cluster file: where it is read-only, full or somebody ' +
      'else’s, they work in a folder under `XDG_RUNTIME_DIR` or the system’s temporary folder, and keep no journal. `apply` refuses before it has ' +
      'asked any node.',
  }),
})

/** What errno(3) means to people. */
const REFUSALS: Readonly<Record<string, string>> = {
  EROFS: 'it is on a file system that is mounted read-only',
  EACCES: 'it belongs to another user',
  EPERM: 'it belongs to another user',
  ENOSPC: 'the disk is full',
  EDQUOT: 'your share of the disk is used up',
  ENOTDIR: 'it is no folder',
}
