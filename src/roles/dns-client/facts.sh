# shellcheck shell=sh disable=SC2154
# Who could write /etc/resolv.conf on a node, by what is installed: each of them is told to leave it; no process.

dns_client_facts() {
  set -- none
  if [ -e /usr/lib/systemd/systemd-resolved ] || [ -e /lib/systemd/systemd-resolved ]; then set -- "$@" resolved; fi
  if [ -e /usr/sbin/NetworkManager ]; then set -- "$@" networkmanager; fi
  if [ -e /usr/sbin/dhcpcd ] || [ -e /sbin/dhcpcd ]; then set -- "$@" dhcpcd; fi
  if [ -e /usr/sbin/dhclient ] || [ -e /sbin/dhclient ]; then set -- "$@" dhclient; fi
  # Debian's resolvconf leaves a plain file alone; openresolv, which has the same name and a settings file, does not.
  if [ -e /etc/resolvconf.conf ]; then set -- "$@" openresolv; fi
  if [ $# -gt 1 ]; then shift; fi
  fact dns-client.writers "$*"
}
