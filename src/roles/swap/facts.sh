# shellcheck shell=sh disable=SC2154
# Who gives this node swap at its next boot, as words with commas between them; no process.

swap_facts() {
  local found='' device type
  if [ -e /etc/dphys-swapfile ]; then found=$found,dphys-swapfile; fi
  if [ -e /usr/lib/systemd/system-generators/rpi-swap-generator ]; then found=$found,rpi-swap; fi
  if [ -e /usr/lib/systemd/system-generators/zram-generator ]; then found=$found,zram-generator; fi
  if [ -r /etc/fstab ]; then
    while read -r device _ type _; do
      case $device in '#'*) continue ;; esac
      if [ "$type" = swap ]; then
        found=$found,fstab
        break
      fi
    done </etc/fstab
  fi
  found=${found#,}
  fact swap.writers "${found:-none}"
}
