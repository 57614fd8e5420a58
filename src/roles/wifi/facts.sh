# shellcheck shell=sh disable=SC2154
# Whose NetworkManager is: that of whoever set the node up, or ours, which then keeps to Wi-Fi; no process. What an apply does
# must not change the answer, so the file that it writes is not what is looked at.

wifi_facts() {
  local whose=ours kind name
  if [ -e /usr/sbin/NetworkManager ]; then
    whose=theirs
    while IFS="$TAB" read -r _ kind name _; do
      if [ "$kind $name" = 'package network-manager' ]; then whose=ours; fi
    done 2>/dev/null <"$STATE/owned" || :
  fi
  fact wifi.manager "$whose"
}
