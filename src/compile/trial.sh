# shellcheck shell=sh disable=SC2034,SC2153,SC2154
# Changes that can cut us off: undone by the node itself unless a new connection confirms them.

trial_row() { # ID NAME COLUMN...
  # A change of another root cuts nobody off, and nobody could confirm it.
  if [ -n "$R" ]; then return 0; fi
  if eval "[ -n \"\${T_$1-}\" ]"; then
    escaped "$("${KIND}_before" "$@")"
    kind_of "$KIND"
    printf '%s\t%s\t%s\t%s\n' "$1" "$REPLACED" "$2" "$ESCAPED" >>"$RUN/trial"
  fi
}

undo_trial() {
  local id kind name before lines='' line
  while IFS= read -r line; do lines=$line$NL$lines; done <"$RUN/trial"
  printf '%s' "$lines" >"$WORK/undo"
  while IFS=$TAB read -r id kind name before; do
    functions_of "$kind"
    unescaped "$before"
    ROW_ID=$id
    if command -v "${KIND}_undo" >/dev/null; then
      attempt "${KIND}_undo" "$name" "$UNESCAPED"
    else
      attempt "${KIND}_remove" "$name" "$UNESCAPED"
    fi
    ROW_ID=
    mark "$id" failed
    COUNT_FAILED=$((COUNT_FAILED + 1))
    COUNT_CHANGED=$((COUNT_CHANGED - 1))
    emit failed "$id" 'undone: no new connection confirmed the change in time' ''
  done <"$WORK/undo"
  settle_lines "$RUN/trial"
  rm -f "$RUN/trial"
}

settle_trial() {
  local deadline now
  [ -f "$RUN/trial" ] || return 0
  rm -f "$RUN/confirmed"
  emit trial "$TRIAL_SECONDS"
  # /proc/uptime does not jump when the clock is set.
  read -r now _ <"/proc/uptime"
  deadline=$((${now%%.*} + TRIAL_SECONDS))
  while [ ! -e "$RUN/confirmed" ]; do
    read -r now _ <"/proc/uptime"
    if [ "${now%%.*}" -ge "$deadline" ]; then
      undo_trial
      return 0
    fi
    sleep 1
  done
  rm -f "$RUN/trial" "$RUN/confirmed"
  emit confirmed
}
