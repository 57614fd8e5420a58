# shellcheck shell=sh disable=SC2154
# What the mesh has to know of a node before its first program is made; no process.

wireguard_facts() {
  # Loaded or built in (the module has a version, so it is listed either way), or where Debian and Raspberry Pi OS keep it.
  first_line /proc/sys/kernel/osrelease
  set -- "/lib/modules/$LINE"/kernel/drivers/net/wireguard/wireguard.ko*
  if [ -d /sys/module/wireguard ] || [ -e "$1" ]; then
    fact wireguard.kernel yes
  else
    fact wireguard.kernel no
  fi
  # The key that the last complete apply left here.
  first_line /etc/wireguard/bramble.pub
  fact wireguard.public "${LINE:-none}"
}
