# shellcheck shell=sh disable=SC2034,SC2153,SC2154
# The order of a program. Afterwards everything is looked at once more: an apply ends with an empty plan or says why not.

verify_row() { # ID NAME COLUMN...
  local id=$1
  if eval "[ \"\${V_$id-}\" = differs ] && case \${S_$id-} in '' | changed) ;; *) false ;; esac"; then
    COUNT_FAILED=$((COUNT_FAILED + 1))
    emit failed "$id" 'still differs after it was converged' ''
  fi
}

verify() { # KIND ROWS-FUNCTION
  KIND=$1
  ROWS=$2
  MARK=V
  QUIET=1
  "${KIND}_check"
  "$ROWS" verify_row
  MARK=S
  QUIET=
}

check() { # KIND ROWS-FUNCTION
  KIND=$1
  ROWS=$2
  "${KIND}_check"
}

want() { # ID...
  local id
  for id; do eval "W_$id=1"; done
}

leave() {
  rm -rf "$WORK"
}

found_aside() { # NAME: sets ASIDE to what was set aside in this folder or of it: it gets its name back
  local path
  ASIDE=
  for path in "$R$1"/*.bramble-aside "$R$1"/.*.bramble-aside "$R$1.bramble-aside"/*; do
    if [ ! -e "$path" ] && [ ! -L "$path" ]; then continue; fi
    path=${path##*/}
    ASIDE="$ASIDE${ASIDE:+, }${path%.bramble-aside}"
  done
}

run_check() {
  local id kind name before
  checks check
  if [ -n "$ORPHANS" ]; then
    PENDING=1
    printf '%s' "$ORPHANS" >"$WORK/orphans"
    while IFS=$TAB read -r id kind name before; do
      ASIDE=
      case $before in aside*) found_aside "$name" ;; esac
      if [ "$before" != absent ]; then before=before; fi
      emit orphan "$kind" "$name" "$before" ${ASIDE:+"$ASIDE"}
    done <"$WORK/orphans"
  fi
}

run_converge() {
  if [ -f "$RUN/trial" ]; then undo_trial; fi
  remove_orphans
  read_foreseen
  checks foresee
  program
  settle_trial
  if [ "$COUNT_CHANGED" -gt 0 ]; then checks verify; fi
  rm -rf "$STATE/incoming" "$STATE/foreseen"
  # What was not finished is looked at once more by the next run.
  if [ $((COUNT_FAILED + COUNT_SKIPPED)) = 0 ]; then rm -f "$RUN/touched"; fi
  forget_before
  # A node on which nothing is ours any more is as it was.
  if [ ! -s "$OWNED" ]; then
    rm -rf "$STATE"
    flush "${STATE%/*}"
    return 0
  fi
  # Without it the next program is merely longer, so a failure is not one of this run.
  attempt keep_runtime
  runtime_fact
}

# ---- what a run that was cut off has left: with nothing to do any more, no other takes it away

rests() { # are there any?
  [ -e "$STATE/incoming" ] || settled || deserted
}

settled() { # is all that was foreseen ours by now?
  local id
  [ -f "$STATE/foreseen" ] || return 1
  while read -r id _; do
    case $id in *[!0-9a-f]*) continue ;; esac
    eval "[ -n \"\${O_$id-}\" ]" || return 1
  done <"$STATE/foreseen"
}

deserted() { # does the manifest say that nothing is ours?
  [ -f "$OWNED" ] && [ ! -s "$OWNED" ]
}

sweep() {
  rm -rf "$STATE/incoming"
  if settled; then rm -f "$STATE/foreseen"; fi
  if deserted; then rm -rf "$STATE"; fi
  rmdir "$STATE" 2>/dev/null || :
}

keep_runtime() { # what this program begins with, for the next ones to be sent without it
  local sum
  if [ -f "$STATE/runtime/$RUNTIME.sh" ] || [ ! -f "$0" ]; then return 0; fi
  rm -rf "$STATE/runtime"
  mkdir -p "$STATE/runtime"
  chmod 700 "$STATE/runtime"
  head -c "$RUNTIME_BYTES" "$0" >"$WORK/runtime"
  sum=$(sha256sum <"$WORK/runtime")
  [ "${sum%% *}" = "$RUNTIME" ]
  put "$WORK/runtime" "$STATE/runtime/$RUNTIME.sh" 600 0 0
}

runtime_fact() { # there is at most one
  set -- "$STATE"/runtime/*.sh
  if [ -f "$1" ]; then
    set -- "${1##*/}"
    fact runtime "${1%.sh}"
  fi
}

main() { # check|converge [TRIAL-SECONDS]
  MODE=$1
  TRIAL_SECONDS=${2-60}
  ORPHANS=
  if [ ! -d "$RUN" ]; then
    mkdir -p "$RUN"
    chmod 700 "$RUN"
  fi
  # Whoever runs this in a shell of its own has put it there.
  if [ ! -d "$WORK" ]; then mkdir "$WORK"; fi
  trap leave EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  emit hello 1 "$NODE"
  facts
  if [ -f "$OWNED" ]; then fact managed yes; fi
  runtime_fact
  wanted
  read_manifest note_owned
  "run_$1"
  emit finished "$COUNT_CHANGED" "$COUNT_FAILED" "$COUNT_SKIPPED" "$REBOOT"
}
