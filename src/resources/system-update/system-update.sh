# shellcheck shell=sh disable=SC2034,SC2154
# Kind system-update. Columns: ID NAME now|- LOCK-SECONDS
# /var/lib/bramble-updates/waiting, a line each: PACKAGE IS WANTED RULE ORIGIN; see report.sh of the role updates.

system_update_waiting() { # sets COUNT to how many packages wait by the last look, and NAMES to them
  local name is wanted
  COUNT=0 NAMES=
  [ -f "$R/var/lib/bramble-updates/waiting" ] || return 0
  while IFS=' ' read -r name is wanted _; do
    COUNT=$((COUNT + 1))
    if [ "$COUNT" -le 5 ]; then NAMES="$NAMES${NAMES:+, }$name $is -> $wanted"; fi
  done <"$R/var/lib/bramble-updates/waiting"
  if [ "$COUNT" -gt 5 ]; then NAMES="$NAMES and $((COUNT - 5)) more"; fi
}

system_update_restart() { # sets DUE to why a restart of the board is due, empty when it is not
  local running=''
  DUE=
  if [ -e "$R/run/reboot-required" ]; then DUE='a package asked for it'; fi
  if [ -e "$R/run/systemd/container" ] || [ ! -r "$R/proc/sys/kernel/osrelease" ]; then return 0; fi
  read -r running <"$R/proc/sys/kernel/osrelease" || :
  reboot_newest_kernel "$running"
  if [ "$NEWEST" != "$running" ]; then
    DUE="it runs $running, and would boot $NEWEST"
  elif reboot_lacks_modules "$running"; then
    DUE="the modules of $running, which it runs, are gone"
  fi
}

system_update_simulate() { # FILE
  package_apt --simulate --with-new-pkgs upgrade >"$1" 2>&1
}

system_update_lists() { # fetches the lists, once in a run of a few minutes
  local now fetched=0
  read -r now _ </proc/uptime
  if [ -f "$RUN/lists" ]; then read -r fetched <"$RUN/lists" || :; fi
  if [ "${fetched:-0}" -gt 0 ] && [ $((${now%%.*} - fetched)) -lt 600 ]; then return 0; fi
  package_sources
  package_update
  if [ -z "$BROKEN" ]; then printf '%s\n' "${now%%.*}" >"$RUN/lists"; fi
}

system_update_compare() { # ID NAME now|- LOCK-SECONDS
  local verb name is wanted count=0 were='' are=''
  if [ "$3" != now ]; then
    if [ "$MODE" != check ]; then return 0; fi
    system_update_waiting
    system_update_restart
    if [ "$COUNT" -gt 0 ]; then notice "packages wait for an update: $NAMES; bramble update brings them"; fi
    if [ -n "$DUE" ]; then notice "a restart is due: $DUE; bramble update does it"; fi
    return 0
  fi
  LOCK_SECONDS=$4 BROKEN=
  # A check must not wait for others; what they have locked is waited for by what changes something.
  if [ "$MODE" = check ]; then LOCK_SECONDS=0; fi
  if [ -z "$QUIET" ]; then (system_update_lists) >/dev/null 2>&1 || :; fi
  if ! system_update_simulate "$WORK/updates"; then
    differs "$1" packages 'apt cannot say what waits' 'as their sources have them'
    return 0
  fi
  while IFS=' ' read -r verb name is wanted _; do
    case $verb:$is in
    Inst:\[*)
      count=$((count + 1))
      if [ "$count" -gt 10 ]; then continue; fi
      is=${is#\[}
      were="$were${were:+, }$name ${is%\]}"
      are="$are${are:+, }$name ${wanted#(}"
      ;;
    esac
  done <"$WORK/updates"
  if [ "$count" -gt 10 ]; then
    were="$were and $((count - 10)) more"
    are="$are and $((count - 10)) more"
  fi
  if [ "$count" -gt 0 ]; then differs "$1" packages "$were" "$are"; fi
}

system_update_check() {
  "$ROWS" system_update_compare
}

system_update_before() {
  printf 'absent\n'
}

system_update_converge() { # ID NAME now LOCK-SECONDS
  LOCK_SECONDS=$4 UPDATED='' BROKEN=''
  mkdir -p "$STATE/packages"
  package_await_lock
  package_policy
  package_repair
  if ! package_fetching "$WORK/apt" --with-new-pkgs upgrade; then
    cat "$WORK/apt"
    package_last_words "$WORK/apt"
    fail "apt: $WORDS"
  fi
  cat "$WORK/apt"
  package_policy_away
  if [ -x /usr/local/lib/bramble-updates ]; then /usr/local/lib/bramble-updates || :; fi
}

system_update_remove() { # NAME BEFORE: versions stay as they are
  :
}
