/** Codes for what keeps a login from becoming root: each cause with its own way out. */
import { code, defineCodes } from '../define-codes.ts'

const CONNECTION_TEST = 'src/delivery/transport/failure.test.ts'
const SUDO_TEST = 'src/delivery/push/sudo.test.ts'

/** The login user of a node. */
interface Who {
  readonly node: string
  readonly user: string
}

/** What can go wrong between a connection and a shell of root. */
export const loginCodes = defineCodes({
  TOO_MANY_KEYS: code<Who>({
    origin: 'delivery',
    shownBy: CONNECTION_TEST,
    title: 'ssh offers too many keys',
    summary: ({ node, user }) => `${node} gave up the login of ${user} after too many keys`,
    why: 'its MaxAuthTries was reached before the right key came; each key of your agent counts',
    fix: ({ node }) =>
      `name the right key in ~/.ssh/config, in a block \`Host\` with the address of ${node}: IdentityFile and IdentitiesOnly yes`,
    explain:
      'sshd takes six attempts (MaxAuthTries), and ssh offers the keys of the agent one after the other. With `IdentitiesOnly yes` it offers only those ' +
      'that its configuration names. `ssh-add -l` shows what the agent has, `ssh-add -D` empties it.',
  }),
  KEY_FILE_UNUSABLE: code<Who & { readonly file: string; readonly reason: string }>({
    origin: 'delivery',
    shownBy: CONNECTION_TEST,
    title: 'The key file of a login cannot be used',
    summary: ({ node, file, reason }) => `${file}, the key for ${node}, cannot be used: ${reason}`,
    why: ({ user }) => `ssh went on without it, and the node does not let ${user} in with another key`,
    fix: ({ file }) =>
      `set identity_file to the private key that is meant; its owner alone may read it: chmod 600 ${file}`,
    explain:
      '`identity_file` stands under `access` or at the node, `~` is your home folder, and a relative path is beside the cluster file; a file of ssh_config(5) may name one too. ' +
      'ssh uses no key that others may read, none without its private half, and none whose passphrase it is not told (`ssh-add` does that).',
  }),
  LOGIN_TURNED_AWAY: code<{ node: string; place: string; reason: string }>({
    origin: 'delivery',
    shownBy: CONNECTION_TEST,
    title: 'An SSH server turns us away before the login',
    summary: ({ node, place, reason }) =>
      `${node} (${place}) takes connections and ends them before the login: ${reason}`,
    why: 'nothing was changed on it; too many logins under way (MaxStartups), a penalty after failed ones, or a filter such as fail2ban does this',
    fix: ({ node }) =>
      `wait a minute and run bramble apply --node ${node}; when it stays so, look on the node's own screen: journalctl -u ssh -n 20`,
    explain:
      'The connection was made and closed before anybody could log in. sshd does that when more than MaxStartups logins are under way or its PerSourcePenalties count ' +
      'against us, when it cannot start a process (memory), or when its host keys cannot be read; hosts.deny and fail2ban do it too.',
  }),
  LOGIN_ACCOUNT_EXPIRED: code<Who>({
    origin: 'delivery',
    shownBy: SUDO_TEST,
    title: 'The account of the login user has expired',
    summary: ({ node, user }) => `the account or the password of ${user} on ${node} has expired`,
    why: 'the system lets nobody in, or through sudo, with it; nothing was changed on the node',
    fix: ({ node, user }) =>
      `on ${node}, as root: chage -E -1 -M -1 ${user} (or passwd ${user}, when the password is to be changed)`,
    explain:
      '`chage -l USER` shows when an account and its password end (shadow(5)). PAM asks for both, also where a key logs in.',
  }),
  SUDO_NEEDS_TERMINAL: code<Who>({
    origin: 'delivery',
    shownBy: SUDO_TEST,
    title: 'sudo wants a terminal',
    summary: ({ node, user }) => `sudo on ${node} lets ${user} become root at a terminal only`,
    why: '`Defaults requiretty` stands in its rules; a run has no terminal, which would change the bytes that are sent',
    fix: ({ node, user }) =>
      `log in with bramble ssh ${node}, type sudo visudo -f /etc/sudoers.d/00-${user}-tty and put this line there: Defaults:${user} !requiretty`,
    explain:
      'The rules (`/etc/sudoers`, `/etc/sudoers.d`) have `requiretty`, which only programs at a terminal may pass. `Defaults:USER !requiretty` takes that ' +
      'away for one user; the file is read after `/etc/sudoers` where that says `@includedir /etc/sudoers.d` at its end.',
  }),
  SUDO_LIMITED: code<Who>({
    origin: 'delivery',
    shownBy: SUDO_TEST,
    title: 'sudo allows the login user some commands only',
    summary: ({ node, user }) => `sudo on ${node} does not let ${user} run a shell as root`,
    why: 'its rules name the user, but not for every command; a node is configured by a shell of root',
    fix: ({ node, user }) =>
      `on ${node}, as root: visudo -f /etc/sudoers.d/90-${user} with the line: ${user} ALL=(ALL:ALL) NOPASSWD: ALL`,
    explain:
      'The user has an entry in `/etc/sudoers` or `/etc/sudoers.d`, for other commands or as another user than root. `sudo -l` shows it. Of several ' +
      'entries that fit, the last one counts. Membership in the group `sudo` does not help when a later entry says less.',
  }),
  SUDO_MISSING: code<Who>({
    origin: 'delivery',
    shownBy: SUDO_TEST,
    title: 'There is no sudo on a node',
    summary: ({ node }) => `there is no sudo on ${node}`,
    why: ({ user }) => `${user} is to become root with it; nothing was changed on the node`,
    fix: ({ node }) =>
      `on ${node}, as root: apt install sudo; or log in as root (user: root for this node) with a key`,
    explain:
      'Debian leaves sudo out when a password for root was given during its installation. `su -` makes you root there. The path that is searched is the one of a login without a terminal.',
  }),
  SUDO_UNUSABLE: code<Who & { readonly reason: string }>({
    origin: 'delivery',
    shownBy: SUDO_TEST,
    title: 'sudo itself is broken',
    summary: ({ node, reason }) => `sudo does not work on ${node}: ${reason}`,
    why: 'it refuses everybody like this, whoever its rules name; nothing was changed on the node',
    fix: ({ node }) =>
      `become root on ${node} without it (su -, or the card in another computer), then: visudo -c; ls -l /usr/bin/sudo has to show -rwsr-xr-x root root`,
    explain:
      'A mistake in `/etc/sudoers` or a file of `/etc/sudoers.d`, files that others may write, a program without its setuid bit, a file system that is mounted with `nosuid`, or a ' +
      'container that allows no new privileges. `visudo -c` names the file and the line.',
  }),
})
