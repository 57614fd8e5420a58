# shellcheck shell=sh disable=SC2034,SC2153,SC2154
# Carrying out: each row that differs in a shell of its own, and what is no longer wanted taken away.

# Of what an attribute holds fast the kernel says no more than "Operation not permitted".
held_fast() { # sets MESSAGE when a path in the output, or the folder of one, has the attribute i or a (chattr(1))
  local path name flags
  MESSAGE=
  command -v lsattr >/dev/null || return 0
  awk '/Operation not permitted/ { gsub(/[\047":]/, " "); for (i = 1; i <= NF; i++) if ($i ~ /^\//) print $i }' "$WORK/out" >"$WORK/held"
  while IFS= read -r path; do
    # The temporary file of `put` stands for the file.
    name=${path##*/.}
    case $path in */.*.bramble) path=${path%/*}/${name%.bramble} ;; esac
    for path in "$path" "${path%/*}"; do
      flags=$(lsattr -d "$path" 2>/dev/null) || continue
      case ${flags%% *} in
      *[ia]*)
        path=${path#"$R"}
        MESSAGE="$path is held fast by an attribute (${flags%% *}), so nobody can change it; type chattr -i -a $path, then apply again"
        return 0
        ;;
      esac
    done
  done <"$WORK/held"
}

record_failure() { # ID-OR-ADDRESS [FILE]: reports what `attempt` kept
  local message='' file=${2-$WORK/message}
  if [ -f "$file" ]; then read -r message <"$file" || :; fi
  if [ -z "$message" ] && [ -f "$WORK/out" ]; then
    held_fast
    message=$MESSAGE
  fi
  tail -n 20 "$WORK/out" >"$WORK/tail" 2>/dev/null || :
  emit failed "$1" "$message" "$(cat "$WORK/tail")"
  COUNT_FAILED=$((COUNT_FAILED + 1))
}

attempt() { # FUNCTION ARGUMENT...: in a shell of its own under `set -e`, output kept; sets STATUS
  # Never call this where a status is tested (if, &&, ||): the shell would then ignore `set -e` inside.
  rm -f "$WORK/message"
  set +e
  (
    set -e
    "$@"
  ) >"$WORK/out" 2>&1 </dev/null
  STATUS=$?
  set -e
  if [ -f "$WORK/notices" ]; then tell_notices; fi
}

tell_notices() { # what `notice` has kept: the output of a step is no event
  local text
  while IFS= read -r text; do emit notice "$text"; done <"$WORK/notices"
  rm -f "$WORK/notices"
}

needs_met() { # ID: sets UNMET to the need that failed
  local need
  UNMET=
  eval "set -- \${N_$1-}"
  for need; do
    if eval "case \${S_$need-} in failed | skipped) ;; *) false ;; esac"; then
      UNMET=$need
      return 1
    fi
  done
}

row_done() { # ID: after attempt
  if [ "$STATUS" = 0 ]; then
    mark "$1" changed
    COUNT_CHANGED=$((COUNT_CHANGED + 1))
    emit changed "$1"
  else
    mark "$1" failed
    record_failure "$1"
  fi
}

skip_row() { # ID
  mark "$1" skipped
  COUNT_SKIPPED=$((COUNT_SKIPPED + 1))
  emit skipped "$1" "$UNMET"
}

converge_row() { # ID NAME COLUMN...
  local id=$1
  if ! is_marked "$id" differs; then return 0; fi
  if ! needs_met "$id"; then
    skip_row "$id"
    return 0
  fi
  trial_row "$@"
  emit converging "$id"
  attempt "${KIND}_converge" "$@"
  row_done "$id"
}

skip_unmet() { # ID NAME COLUMN...
  if is_marked "$1" differs && ! needs_met "$1"; then skip_row "$1"; fi
}

any_row() { ANY=1; }

whole_row_done() { # ID: after the attempt of all rows; the output goes with the first failure only
  if [ -f "$WORK/failed.$1" ]; then
    mark "$1" failed
    record_failure "$1" "$WORK/failed.$1"
  else
    row_done "$1"
  fi
  if is_marked "$1" failed; then : >"$WORK/out"; fi
}

touch_row() { # ID NAME COLUMN...: noted before it is changed, and until a run has come to its end: see the kind service
  printf '%s ' "$1" >>"$RUN/touched"
}

batch() { # KIND each|whole ROWS-FUNCTION
  KIND=$1
  ROWS=$3
  CLAIMED=
  "${KIND}_check"
  "$ROWS" claim
  if [ -n "$CLAIMED" ]; then flush "$OWNED"; fi
  "$ROWS" if_differs touch_row
  if [ "$2" = each ]; then
    "$ROWS" converge_row
    return 0
  fi
  "$ROWS" skip_unmet
  ANY=
  "$ROWS" if_differs any_row
  if [ -n "$ANY" ]; then
    kind_of "$KIND"
    emit converging '' "$REPLACED"
    attempt "${KIND}_converge"
    "$ROWS" if_differs whole_row_done
  fi
}

settle_lines() { # FILE: everything is back in place; what runs with it may take it up again
  local id kind name before
  while IFS=$TAB read -r id kind name before; do
    functions_of "$kind"
    if command -v "${KIND}_settle" >/dev/null; then
      unescaped "$before"
      attempt "${KIND}_settle" "$name" "$UNESCAPED"
      if [ "$STATUS" != 0 ]; then record_failure "$kind:$name"; fi
    fi
  done <"$1"
}

remove_orphans() {
  local id kind name before removed=''
  [ -n "$ORPHANS" ] || return 0
  printf '%s' "$ORPHANS" >"$WORK/orphans"
  rm -f "$STATE/kept"
  while IFS=$TAB read -r id kind name before; do
    functions_of "$kind"
    if command -v "${KIND}_remove" >/dev/null; then
      unescaped "$before"
      ROW_ID=$id
      attempt "${KIND}_remove" "$name" "$UNESCAPED"
      ROW_ID=
      if [ "$STATUS" = 0 ]; then
        eval "G_$id=1"
        removed="$id$TAB$kind$TAB$name$TAB$before$NL$removed"
        COUNT_CHANGED=$((COUNT_CHANGED + 1))
        emit removed "$kind" "$name"
      else
        record_failure "$kind:$name"
      fi
    else
      emit failed "$kind:$name" 'this program cannot remove a resource of this kind' ''
      COUNT_FAILED=$((COUNT_FAILED + 1))
    fi
  done <"$WORK/orphans"
  if [ -n "$removed" ]; then
    printf '%s' "$removed" >"$WORK/removed"
    settle_lines "$WORK/removed"
    read_manifest disown_line >"$WORK/owned"
    put "$WORK/owned" "$OWNED" 600 0 0
  fi
  rm -f "$STATE/kept"
}
