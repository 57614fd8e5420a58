# shellcheck shell=sh disable=SC2154,SC2034
# Read by dhcpcd-run-hooks(8) before the others: the one that writes /etc/resolv.conf is left out.
skip_hooks="$skip_hooks resolv.conf"
