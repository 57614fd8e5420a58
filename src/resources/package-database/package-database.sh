# shellcheck shell=sh disable=SC2034,SC2154
# Kind package-database. Columns: ID NAME LOCK-SECONDS

package_database_compare() { # ID NAME LOCK-SECONDS
  [ -f "$R/var/lib/dpkg/status" ] || return 0
  package_look_whole
  if [ -z "$UNREADABLE$HALF$EMPTY" ]; then return 0; fi
  # Whoever is at it now was not interrupted.
  HOLDER=
  if [ -z "$R" ]; then package_lock_holder; fi
  if [ -n "$HOLDER" ]; then return 0; fi
  # It is as wanted itself, so it does not become ours by this.
  is_marked "$1" differs || eval "O_$1=1"
  if [ -n "$UNREADABLE" ]; then differs "$1" database "$UNREADABLE" 'the copy that dpkg has of it'; fi
  if [ -n "$HALF" ]; then differs "$1" 'interrupted package run' "$HALF" finished; fi
  if [ -n "$EMPTY" ]; then differs "$1" 'lost files of dpkg' "$EMPTY" 'installed again'; fi
}

package_database_check() {
  "$ROWS" package_database_compare
}

package_database_before() {
  printf 'absent\n'
}

package_database_converge() { # ID NAME LOCK-SECONDS
  LOCK_SECONDS=$3 UPDATED='' BROKEN=''
  set -f
  mkdir -p "$STATE/packages"
  package_finish lists
}

package_database_remove() { # NAME BEFORE: it is never ours
  :
}
