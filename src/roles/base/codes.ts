/** Codes of the role `base`: what two nodes must not have in common. */
import { code, defineCodes } from '../../diagnostics/define-codes.ts'

/** What shows that two nodes are copies of one another. */
export const rolesBaseCodes = defineCodes({
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
