/** Where a variable of an inventory has its home in a cluster file: those that are taken over, and what is likely meant by others. */

/** Variables that nodes of ours have no use for. */
const NOT_NEEDED: ReadonlyMap<string, string> = new Map([
  ['ansible_python_interpreter', 'nodes need no Python'],
  ['ansible_become', 'nodes are always worked on as root'],
  ['ansible_become_user', 'nodes are always worked on as root'],
  ['ansible_sudo', 'nodes are always worked on as root'],
  ['ansible_shell_type', 'nodes are worked on with sh'],
  ['ansible_shell_executable', 'nodes are worked on with sh'],
  ['ansible_connection', 'nodes are reached by ssh'],
  ['ansible_group_priority', 'it has had its say in which value wins'],
  ['ansible_ssh_pipelining', 'a node is worked on in one session anyway'],
  ['ansible_pipelining', 'a node is worked on in one session anyway'],
])

/** By what a name looks like; the first that fits. */
const LIKELY: readonly (readonly [RegExp, string])[] = [
  [/^ansible_(ssh_)?pass(word)?$/, 'a password to log in; bramble logs in with keys: access.identity_file'],
  [/^ansible_(become|sudo|su)_(method|exe|flags)$/, 'bramble becomes root by sudo alone'],
  [
    /^ansible_host_key_checking$|^ansible_ssh_host_key/,
    'host keys are pinned at first sight, and checked ever after',
  ],
  [/dhcp|reservation/i, 'role dnsmasq hands out addresses, reserved ones too'],
  [/dnsmasq|^dns|resolver|nameserver|unbound|pihole/i, 'role dns or dnsmasq'],
  [
    /(in|out|open|allow(ed)?)_?(tcp|udp|ports?)|firewall|ufw|nftables|iptables/i,
    'role firewall; ports of roles are open by themselves',
  ],
  [/wireguard|^wg_|vpn/i, 'role wireguard'],
  [/^(is_)?(swarm_)?(manager|leader)$|swarm/i, 'perhaps a use of the role swarm-manager'],
  [/docker|container/i, 'role docker'],
  [/consul/i, 'roles consul-server and consul-client'],
  [/time_?zone|^tz$/i, 'roles.base.timezone'],
  [/ntp|chrony|timesync/i, 'roles.base.time'],
  [/locale|^lang$/i, 'roles.base.locale'],
  [/packages?$/i, 'roles.base.packages, or role packages'],
  [/^users?$|_users$/i, 'roles.base.users'],
  [/sysctl/i, 'roles.base.sysctls'],
  [/cmdline|boot/i, 'roles.base.boot'],
  [/hostname|fqdn/i, 'the name of a node is its host name'],
  [/^(mac|hwaddr|mac_address)$/i, 'the key mac of a node, which takes one address of a network port'],
  [
    /^(ip|ipv4|static_ip|ip_address|private_ip)$/i,
    'an address that Ansible does not use; the key address of a node',
  ],
  [
    /octet|^(seat|slot|number|index|id)$/i,
    'perhaps a part of a static address; the key address of a node has it whole',
  ],
  [/pass|secret|token|psk|api_?key/i, 'a secret: bramble secrets import NAME'],
]

/** Why a variable is not needed; undefined when it is not one of those. */
export function notNeeded(name: string): string | undefined {
  return NOT_NEEDED.get(name)
}

/** What is likely meant; undefined when nothing comes to mind. */
export function likelyHome(name: string): string | undefined {
  return LIKELY.find(([pattern]) => pattern.test(name))?.[1]
}
