/** Codes of the role `base`: what two nodes must not have in common. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

function keywordFix(keyword: string, near: string | undefined, otherwise: string): string {
  if (keyword.toLowerCase() === 'match')
    return 'take Match out: write a file of your own with the block into /etc/ssh/sshd_config.d'
  return near === undefined ? otherwise : `did you mean ${near}?`
}

/** What shows that two nodes are copies of one another. */
export const rolesBaseCodes = defineCodes({
  SSHD_KEYWORD_UNKNOWN: code<{ keyword: string; near: string | undefined; node: string; release: string }>({
    origin: 'cluster',
    shownBy: 'test/errors/unknown-names.test.ts',
    title: 'A keyword that the SSH server does not have',
    summary: ({ keyword }) => `${keyword} is no keyword of sshd_config`,
    why: ({ node, release }) =>
      `the SSH server of ${node} (Debian ${release}) refuses its whole configuration for it`,
    fix: ({ keyword, near }) => keywordFix(keyword, near, `take ${keyword} out`),
    explain:
      '`settings` of `ssh` holds keywords of sshd_config(5) and their values. Which ones there are is known of OpenSSH up to 10.0, the one of Debian trixie. Before the first ' +
      'contact with a node, and of a later release, you are told the same as a warning (`SSHD_KEYWORD_NOT_KNOWN`). `Match` is not among them: what is written ' +
      'in `settings` holds for the server as a whole; a file of your own in /etc/ssh/sshd_config.d can have blocks.',
  }),
  SSHD_KEYWORD_NOT_KNOWN: code<{ keyword: string; near: string | undefined }>({
    severity: 'warning',
    origin: 'cluster',
    shownBy: 'test/errors/unknown-names.test.ts',
    title: 'A keyword that only a new SSH server can have',
    summary: ({ keyword }) => `${keyword} is no keyword of sshd_config up to OpenSSH 10.0`,
    why: 'a node whose server does not know it fails in an apply, and keeps the settings that it has',
    fix: ({ keyword, near }) =>
      keywordFix(
        keyword,
        near,
        `take ${keyword} out, or leave it as it is for servers that are newer than 10.0`,
      ),
    explain:
      'Bramble knows the keywords of OpenSSH up to 10.0; a later server may have more, and before the first contact it is not known what a node runs, so this is a warning. An apply asks ' +
      'the server of the node before anything is put in place: when it refuses the settings, nothing is changed.',
  }),
  DUPLICATE_ACCOUNT_ID: code<{ key: 'uid' | 'gid'; id: number; name: string; other: string }>({
    origin: 'cluster',
    shownBy: 'test/errors/unknown-names.test.ts',
    title: 'Two users or two groups with one number',
    summary: ({ key, id, name, other }) => `${name} and ${other} have the same ${key}, ${id}`,
    why: 'files belong to numbers: what is the one’s would be the other’s as well',
    fix: ({ key, name }) => `give ${name} another ${key}, or leave it out for the next free one`,
    explain:
      'The kernel knows accounts and groups by their numbers alone. Tools that make accounts (useradd(8), groupadd(8)) refuse a number that is taken, so the ' +
      'second one would fail on every node.',
  }),
  HOSTNAME_TOO_LONG: code<{ fqdn: string }>({
    origin: 'cluster',
    shownBy: 'test/errors/refused-by-check.test.ts',
    title: 'A full name that is too long for a hostname',
    summary: ({ fqdn }) => `${fqdn} has ${fqdn.length} characters, more than the 64 of a hostname`,
    why: 'the kernel takes no longer one, so the node could not be called so',
    fix: 'write  hostname: short  for the role base, or shorten the name or the domain',
    explain:
      'With `hostname: fqdn` a node calls itself by its name with the domain behind it. Linux holds 64 characters.',
  }),
  DUPLICATE_MACHINE_ID: code<{ node: string; other: string; machineId: string }>({
    origin: 'cluster',
    shownBy: 'src/roles/base/base.test.ts',
    title: 'Two nodes with one machine id',
    summary: ({ node, other }) => `${node} and ${other} have the same machine id`,
    why: 'they get one address from DHCP, one journal, and engines take them for one node',
    fix: ({ node }) =>
      `on ${node}:  sudo rm -f /etc/machine-id /var/lib/dbus/machine-id && sudo systemd-machine-id-setup && sudo reboot;  then here:  bramble facts ${node}`,
    explain:
      '`/etc/machine-id` is made at the first boot (machine-id(5)). Cards that are copied after that boot all have the id of the first. ' +
      'Consul makes its node id from it, DHCP clients identify themselves by it, and a second node with the same id is refused or takes ' +
      'the place of the first. An image should have an empty `/etc/machine-id`; the images that Bramble builds do.',
  }),
  DUPLICATE_SSH_HOST_KEY: code<{ node: string; other: string }>({
    origin: 'cluster',
    shownBy: 'src/roles/base/base.test.ts',
    title: 'Two nodes with one SSH host key',
    summary: ({ node, other }) => `${node} and ${other} have the same SSH host key`,
    why: 'whoever holds one of the two cards can pass for the other node, and nobody would notice',
    fix: ({ node }) =>
      `on ${node}:  sudo rm -f /etc/ssh/ssh_host_* && sudo ssh-keygen -A && sudo systemctl restart ssh;  then here:  bramble facts ${node}`,
    explain:
      'SSH host keys are made at the first boot. Cards that are copied after that boot all have the keys of the first. If the two ' +
      'entries of the cluster file are one board under two addresses, take one of them out.',
  }),
})
