/** Codes for what goes wrong between this computer and a node: the way there, root, the lease, the program. */
import { code, defineCodes } from '../define-codes.ts'

/** What a fingerprint is in a message when ssh did not tell it. */
const UNTOLD = 'not told'

const CONNECTION_TEST = 'src/delivery/transport/failure.test.ts'
const LEASE_TEST = 'src/delivery/push/lease.test.ts'
const BROKEN_TEST = 'src/delivery/push/broken-connection.test.ts'
const STRANGE_TEST = 'src/delivery/push/strange-node.test.ts'

const SPANS = [
  ['years', 365.25 * 86_400],
  ['days', 86_400],
  ['h', 3600],
  ['min', 60],
] as const

/** A span of time for people: "40 s", "12 min", "5 h", "3 days", "28 years". */
function duration(seconds: number): string {
  const [unit, size] = SPANS.find(([, each]) => seconds >= 1.5 * each) ?? ['s', 1]
  return `${Math.round(seconds / size)} ${unit}`
}

/** What to look at, by what ssh said. */
function unreachableFix(reason: string): string {
  if (/refused/.test(reason))
    return 'the computer is there and nothing listens: switch its SSH server on, or correct the port'
  if (/resolve hostname|service not known/.test(reason))
    return 'correct its address, or give it an entry in DNS or /etc/hosts'
  if (/administratively prohibited/.test(reason))
    return 'let its jump forward connections (AllowTcpForwarding in sshd_config)'
  if (/No route|unreachable/.test(reason))
    return 'look whether this computer and the node are in the same network, and at its power and cable'
  if (/negotiate/.test(reason))
    return 'update the SSH server of the node, or the ssh of this computer: they have no algorithm in common'
  return 'look at its power, cable and address'
}

/** What can go wrong when a program is pushed to a node. */
export const deliveryCodes = defineCodes({
  SSH_NOT_INSTALLED: code({
    origin: 'delivery',
    shownBy: CONNECTION_TEST,
    title: 'The ssh program is missing on this computer',
    summary: 'there is no program called ssh on this computer',
    why: 'Bramble reaches every node through OpenSSH',
    fix: 'install it: sudo apt install openssh-client',
    explain: 'Bramble starts the `ssh` that is found in `PATH`. Any OpenSSH from version 8.4 on will do.',
  }),
  NODE_UNREACHABLE: code<{ node: string; place: string; reason: string }>({
    origin: 'delivery',
    shownBy: CONNECTION_TEST,
    title: 'A node cannot be reached',
    summary: ({ node, place, reason }) => `${node} cannot be reached at ${place}: ${reason}`,
    why: 'nothing was changed on it; the other nodes went on',
    fix: ({ node, reason }) => `${unreachableFix(reason)}, then run bramble apply --node ${node}`,
    explain:
      'No SSH connection came about: the name does not resolve, nobody answers at the address, or nothing listens on the port. ' +
      "When the node is behind a jump (`via`), the reason may be the jump's. `bramble ssh NODE` takes the same way and shows what ssh says.",
  }),
  NODE_TIMED_OUT: code<{ node: string; seconds: number; doing: string }>({
    origin: 'delivery',
    shownBy: CONNECTION_TEST,
    title: 'A node answers and then hangs',
    summary: ({ node, seconds, doing }) => `${node} was silent for ${seconds} s ${doing}`,
    why: 'a board that takes connections and does not go on is often out of memory, or its card is failing',
    fix: ({ node }) =>
      `log in with bramble ssh ${node} and look at dmesg; if that hangs too, take its power away and give it back`,
    explain:
      'The connection was made, but then the node said nothing for so long that waiting made no sense. A card that is worn out makes every ' +
      'process that touches the disk wait; a board that swaps does nearly the same; a network file system whose server is gone makes the check of files wait.',
  }),
  HOST_KEY_CHANGED: code<{
    node: string
    shown?: string | undefined
    pinned?: { readonly file: string; readonly line: number; readonly fingerprint: string } | undefined
    /** Takes the old key away. */
    command: string
  }>({
    origin: 'delivery',
    shownBy: CONNECTION_TEST,
    title: 'A node shows another host key than before',
    summary: ({ node }) => `${node} shows another host key than the one that is pinned`,
    why: ({ shown, pinned }) =>
      `pinned ${pinned ? `${pinned.fingerprint} (${pinned.file}:${pinned.line})` : UNTOLD}, shown now ${shown ?? UNTOLD}: ` +
      'its card was written anew, its address belongs to another board, or somebody stands in between',
    fix: ({ command }) => `if you wrote its card anew, delete the old key: ${command}`,
    explain:
      "The key that a node shows at the first contact is kept in the cluster's own file of host keys and from then on only that key is accepted. " +
      "Compare the fingerprint with the one on the node's own screen: `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub`. " +
      'Nothing is sent to a node whose key does not match.',
  }),
  AUTHENTICATION_FAILED: code<{ node: string; user: string; userKey: string; methods: string }>({
    origin: 'delivery',
    shownBy: CONNECTION_TEST,
    title: 'A node refuses the login',
    summary: ({ node, user, methods }) => `${node} refuses the login of ${user} (${methods})`,
    why: 'none of the keys that ssh offered is allowed there; passwords are not asked for in a run',
    fix: ({ node, user, userKey }) =>
      `see which user and key are right: bramble ssh ${node}; then put the key there with ssh-copy-id (ssh-add it first when it has a passphrase), or correct ${userKey} (now ${user})`,
    explain:
      'A run asks nobody for passwords or passphrases, so a key must be usable without one or be in the agent (`ssh-add`). ' +
      'The user is that of the node (`nodes.NAME.user`), else `access.user`. The keys come from your agent and your own ssh configuration, where blocks count that ' +
      "speak of the node's name or of its address (`Host 10.*`): IdentityFile, CertificateFile, IdentityAgent, and ProxyJump where the node has no `via`.",
  }),
  LOGIN_RUNS_NOTHING: code<{ node: string; user: string; status: number }>({
    origin: 'delivery',
    shownBy: STRANGE_TEST,
    title: 'A login that runs no commands',
    summary: ({ node, user, status }) =>
      `the login of ${user} on ${node} ended with status ${status} before it ran anything`,
    why: 'its login shell refuses commands, or its start-up files end it; nothing was changed on the node',
    fix: ({ node }) => `see what it says: bramble ssh ${node} -- echo it works`,
    explain:
      'Bramble runs `sh` through the login shell of the user. A shell such as `/usr/sbin/nologin`, a forced command in `authorized_keys`, an expired ' +
      'password or an `exit` in `.bashrc` keeps it from that. Noise that start-up files print does not matter.',
  }),
  SUDO_REFUSED: code<{ node: string; user: string }>({
    origin: 'delivery',
    shownBy: 'src/delivery/push/sudo.test.ts',
    title: 'The login user may not become root',
    summary: ({ node, user }) => `sudo does not let ${user} become root on ${node}`,
    why: 'a node is configured as root; nothing was changed on it',
    fix: ({ node, user }) => `on ${node}, as root: usermod -aG sudo ${user}`,
    explain:
      'sudo is missing, or its rules (`/etc/sudoers`, `/etc/sudoers.d`) do not name the login user. The output says which of the two.',
  }),
  SUDO_PASSWORD_NEEDED: code<{ node: string; user: string }>({
    origin: 'delivery',
    shownBy: 'src/delivery/push/sudo.test.ts',
    title: 'sudo wants a password',
    summary: ({ node, user }) => `sudo on ${node} wants the password of ${user}`,
    why: 'nobody was asked for it; nothing was changed on the node',
    fix: ({ node, user }) =>
      `bring it with  bramble secrets import NAME  for  sudo_password: { from: { secret: NAME } }, or write  sudo: password  and run again at a terminal, or, on ${node} as root, let ${user} use sudo without one`,
    explain:
      'sudo says the same of a user whom its rules (`/etc/sudoers`, `/etc/sudoers.d`) do not name at all: it tells which only to who gave the password. ' +
      'With `sudo_password: { from: { secret: NAME } }`, in `access` or of a node, it is taken from the secrets; with `sudo: password` alone Bramble asks for it once. It is given to sudo on its ' +
      'standard input, and is never in an argument, an environment or a log.',
  }),
  SUDO_PASSWORD_WRONG: code<{ node: string; user: string }>({
    origin: 'delivery',
    shownBy: 'src/delivery/push/sudo.test.ts',
    title: 'sudo does not take the password',
    summary: ({ node, user }) => `sudo on ${node} does not take the password of ${user}`,
    why: 'the password was tried once, so that no account gets locked; nothing was changed on the node',
    fix: 'run again and type the password of the login user, not that of root; one among the secrets:  bramble secrets import --replace NAME',
    explain:
      'One password that is typed serves for all nodes of a run. Nodes with different passwords have `sudo_password: { from: { secret: NAME } }` of their own.',
  }),
  DISK_FULL: code<{ node: string; place: string }>({
    origin: 'delivery',
    shownBy: 'src/delivery/push/full-disk.test.ts',
    title: 'A disk is full',
    summary: ({ node, place }) => `there is no space left on ${node} (${place})`,
    why: 'what was begun is finished by the next apply; files are only ever replaced whole',
    fix: ({ node }) => `make room: bramble ssh ${node} -- df -h, then for instance sudo apt clean`,
    explain:
      'Programs lie in `/run/bramble`, which is memory; contents that a node lacks are put into `/var/lib/bramble/incoming` on the disk first.',
  }),
  ROOT_READ_ONLY: code<{ node: string; place: string }>({
    origin: 'delivery',
    shownBy: 'src/delivery/push/full-disk.test.ts',
    title: 'A file system is mounted read-only',
    summary: ({ node, place }) => `${place} cannot be written on ${node}: the file system is read-only`,
    why: 'the kernel does this when a card fails; an overlay file system does it on purpose',
    fix: ({ node }) =>
      `look for errors of the card: bramble ssh ${node} -- sudo dmesg; switch an overlay off with raspi-config`,
    explain:
      'Nothing can be configured on a node that keeps nothing. A card that was set read-only after errors should be replaced.',
  }),
  OBSTACLE: code<{ node: string; what: string; wayOut: string }>({
    shownBy: 'test/lab/what-another-left.ts',
    title: 'Something on a node stands in the way of an apply',
    summary: ({ node, what }) => `${node}: ${what}`,
    why: 'an apply would fail halfway, on this node or on those that wait for it, so nothing is changed on any node',
    fix: ({ wayOut }) => wayOut,
    explain:
      'The first look at a node found what Bramble neither made nor may take away by itself, and with which the cluster would not come up: ' +
      'the state of another Consul, for instance, with which a server waits for the leader of its old cluster. The plan says so, too. ' +
      'The cluster file says what is to become of it; until then no node is changed.',
  }),
  NODE_BUSY: code<{ node: string; by: string; run: string; sinceSeconds: number }>({
    origin: 'delivery',
    shownBy: LEASE_TEST,
    title: 'Another run holds the node',
    summary: ({ node, by, sinceSeconds }) => `${by} works on ${node} since ${duration(sinceSeconds)}`,
    why: ({ run }) => `two runs at once would undo each other's work; the other one is ${run}`,
    fix: ({ node }) =>
      `bramble apply --wait-lock 600 waits for it; if you know that it is over, run bramble apply --node ${node} --take-over`,
    explain:
      'An apply holds each of its nodes until it is done there. The hold ends by itself a quarter of an hour after the last word of its controller, ' +
      "or when the program on the node has ended. `--take-over` ends the other run's program on that node.",
  }),
  PROGRAM_BROKE_OFF: code<{ node: string; how: string }>({
    origin: 'delivery',
    shownBy: BROKEN_TEST,
    title: 'The program of a node ended before its end',
    summary: ({ node, how }) => `the program of ${node} did not come to its end: ${how}`,
    why: 'some of its resources may be changed and others not',
    fix: ({ node }) => `run bramble apply --node ${node}: it goes on where this one ended`,
    explain:
      'The node restarted, the program was killed (out of memory?) or a command failed where none may. The last lines that it printed are shown.',
  }),
  NODE_BABBLED: code<{ node: string; what: string }>({
    origin: 'delivery',
    shownBy: STRANGE_TEST,
    title: 'A node sent what no program sends',
    summary: ({ node, what }) => `${node} sent what no program sends: ${what}`,
    why: 'what a node says is not trusted; the rest was not read',
    fix: ({ node }) => `look at what its shell prints at a login: bramble ssh ${node}`,
    explain:
      "Lines, their number and their total length have limits, a session that is to end by itself has a quarter of an hour, and every resource that is named must be one of the node's.",
  }),
  CLOCK_WRONG: code<{ node: string; seconds: number }>({
    severity: 'warning',
    origin: 'delivery',
    shownBy: STRANGE_TEST,
    title: 'The clock of a node is wrong',
    summary: ({ node, seconds }) =>
      `the clock of ${node} is ${duration(Math.abs(seconds))} ${seconds < 0 ? 'behind' : 'ahead'}`,
    why: 'certificates seem expired or not yet valid, apt refuses its lists, and logs cannot be compared',
    fix: ({ node }) =>
      `let it reach a time server (role base sets one up), or set it: bramble ssh ${node} -- sudo date --set @$(date +%s)`,
    explain:
      "Boards without a battery start with the time of their last shutdown. Compared with this computer's clock; up to a minute is tolerated.",
  }),
  COMPUTER_CLOCK_WRONG: code<{ nodes: readonly string[]; seconds: number; isUnsure: boolean }>({
    origin: 'delivery',
    shownBy: 'src/api/run/issuing.test.ts',
    title: 'The clock of this computer is wrong',
    summary: ({ nodes, seconds }) =>
      `the clock of this computer is ${duration(Math.abs(seconds))} ${seconds < 0 ? 'behind' : 'ahead of'} ${nodes.join(', ')}`,
    why: 'certificates are due, and would be of a time that is not: nothing was issued and nothing was changed',
    fix: ({ nodes, isUnsure }) =>
      'set it, for instance with  sudo timedatectl set-ntp true , and run the same command again' +
      (isUnsure
        ? `; if  date  is right here, it is the nodes: bramble ssh ${nodes[0] ?? 'NODE'} -- sudo date --set @$(date +%s)`
        : ''),
    explain:
      'A certificate carries the times between which it is good. Issued by a clock that is ahead, it looks well until the first restart, and then nobody ' +
      'accepts it; nothing mends that but the right time. So nothing is issued while the clocks disagree by more than a minute. Who has a time server ' +
      '(systemd-timesyncd) is believed, and where nobody has one, the majority of this computer and the nodes. A single node whose clock is wrong is left ' +
      'out (`CLOCK_WRONG`) and the others go on.',
  }),
  CONNECTION_LOST: code<{ node: string; seconds: number; reason: string }>({
    origin: 'delivery',
    shownBy: BROKEN_TEST,
    title: 'The connection broke and did not come back',
    summary: ({ node, seconds, reason }) => `${node} is out of reach since ${duration(seconds)}: ${reason}`,
    why: 'its program goes on without us, so its changes may be complete by now',
    fix: ({ node }) =>
      `when it can be reached again, run bramble apply --node ${node}: it joins what is left`,
    explain:
      'The program of a node runs apart from the SSH session. A broken connection is taken up again for two minutes, from the byte where it broke.',
  }),
  DELIVERY_STOPPED: code<{ node: string }>({
    origin: 'delivery',
    shownBy: BROKEN_TEST,
    title: 'The run was stopped by hand',
    summary: ({ node }) => `the run was stopped while it worked on ${node}`,
    why: 'nothing was changed on it',
    fix: ({ node }) => `run bramble apply --node ${node} to finish it`,
    explain: 'The run was interrupted before the program of this node was started.',
  }),
  PROGRAM_GOES_ON: code<{ node: string }>({
    origin: 'delivery',
    shownBy: BROKEN_TEST,
    title: 'The run was stopped by hand, and the program of a node goes on',
    summary: ({ node }) =>
      `the run was stopped; the program that it started on ${node} goes on there to its end`,
    why: 'half a change is worse than a whole one, so a program that is at work is not ended',
    fix: ({ node }) =>
      `run bramble apply --node ${node}: it follows the program to its end and does what is left`,
    explain:
      'Stopping the controller does not stop a program that is already at work, such as one that has apt install something. It holds its node until ' +
      'it is over. The next apply joins it: it waits for its end, looks at the node anew, and does what is left.',
  }),
  COMMAND_MAY_GO_ON: code<{ node: string; asked: boolean }>({
    origin: 'delivery',
    shownBy: 'src/delivery/command/supervised.test.ts',
    title: 'A command whose end was not heard of',
    summary: ({ node, asked }) =>
      asked
        ? `${node} did not confirm that the command is ended; it may go on there`
        : `the connection to ${node} broke while the command ran; it may go on there`,
    why: 'its exit status is not known, nor whether it did all of its work',
    fix: ({ node }) => `look at the node when it answers again: bramble ssh ${node}`,
    explain:
      'The node ends a command of `bramble run` when it notices that nobody watches it any more: at once when the connection is closed, and when the connection is cut, as soon as its SSH server ' +
      'gives up on it. What the command did until then is done.',
  }),
  NODE_SAYS: code<{ node: string; said: string }>({
    severity: 'warning',
    origin: 'delivery',
    shownBy: 'test/lanes/updates/apt-cache.test.ts',
    title: 'Something on a node that is no failure and worth a word',
    summary: ({ node, said }) => `${node}: ${said}`,
    why: 'the run goes on, and what it says may need a hand some time',
    fix: 'what it says',
    explain:
      'Kinds say so what they have made good or what waits: that a cache of packages gave wrong bytes and was gone past, that updates wait, that a restart is due.',
  }),
  RUN_JOINED: code<{ node: string; run: string }>({
    severity: 'warning',
    origin: 'delivery',
    shownBy: LEASE_TEST,
    title: 'An earlier run was still at work',
    summary: ({ node, run }) => `the program of run ${run} was still at work on ${node}`,
    why: 'its controller was gone; it was followed to its end before this run began',
    fix: 'nothing to do',
    explain:
      'When a controller is killed its programs go on. The next apply waits for them, so that never two work on one node.',
  }),
})
