# shellcheck shell=sh disable=SC2154
# Kind hostname. Columns: ID NAME HOSTNAME. A check starts no process.

hostname_read() { # sets HOSTNAME_FILE and HOSTNAME_LIVE
  HOSTNAME_FILE='' HOSTNAME_LIVE=''
  if [ -f "$R/etc/hostname" ]; then IFS= read -r HOSTNAME_FILE <"$R/etc/hostname" || :; fi
  # The name of the running system is not that of another root.
  if [ -z "$R" ]; then IFS= read -r HOSTNAME_LIVE </proc/sys/kernel/hostname || :; fi
}

hostname_compare() { # ID NAME HOSTNAME
  if [ "$HOSTNAME_FILE" != "$3" ]; then differs "$1" /etc/hostname "$HOSTNAME_FILE" "$3"; fi
  if [ -z "$R" ] && [ "$HOSTNAME_LIVE" != "$3" ]; then differs "$1" hostname "$HOSTNAME_LIVE" "$3"; fi
}

hostname_check() {
  hostname_read
  "$ROWS" hostname_compare
}

hostname_before() { # ID NAME...
  if [ -f "$R/etc/hostname" ]; then saved "$1" "$R/etc/hostname" >/dev/null; fi
  printf 'was %s %s\n' "${HOSTNAME_FILE:--}" "$HOSTNAME_LIVE"
}

hostname_set() { # NAME FOR-FILE NAME-FOR-SYSTEM
  printf '%s\n' "$1" >"$WORK/hostname"
  put_again "$WORK/hostname" "$R/etc/hostname" 644 0 0
  if [ -n "$R" ]; then return 0; fi
  if command -v hostname >/dev/null; then
    hostname "$2" && return 0
  fi
  printf '%s\n' "$2" 2>/dev/null >/proc/sys/kernel/hostname ||
    fail "the system does not take the hostname $2; it holds after the next boot"
}

hostname_converge() { # ID NAME HOSTNAME
  hostname_set "$3" "$3"
}

hostname_remove() { # NAME BEFORE
  local file=${2#was } live
  live=${file#* }
  file=${file%% *}
  if [ "$file" != - ]; then
    hostname_set "$file" "${live:-$file}"
  else
    rm -f "$R/etc/hostname"
    if [ -z "$R" ] && [ -n "$live" ]; then hostname "$live"; fi
  fi
}
