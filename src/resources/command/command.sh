# shellcheck shell=sh disable=SC2154
# Kind command. Columns: ID NAME READS-DIGEST CREATES ONCE-DIGEST|- COUNT UNLESS-WORD... COUNT ONLY-IF-WORD... COUNT UNDO-WORD... RUN-WORD...
# A check starts nothing but the guards that are programs. $STATE/commands/ID says what has come through: ONCE-DIGEST READS-DIGEST.
# For another root nothing is started: it would run on the computer that works on it.

command_start() { # COUNT WORD... [REST...]: runs the first COUNT words in the folder /
  local count=$1 total left
  shift
  total=$#
  left=$total
  while [ "$left" -gt 0 ]; do
    if [ "$left" -gt $((total - count)) ]; then set -- "$@" "$1"; fi
    shift
    left=$((left - 1))
  done
  cd / || return 127
  "$@"
}

command_is_done() { # ID READS-DIGEST CREATES ONCE-DIGEST|-: as far as files tell
  local once='' reads=''
  if [ -n "$3" ] && [ -e "$R$3" ]; then return 0; fi
  if [ "$4" = - ] || [ ! -f "$STATE/commands/$1" ]; then return 1; fi
  IFS=' ' read -r once reads <"$STATE/commands/$1" || :
  [ "$once $reads" = "$4 $2" ]
}

command_guard() { # ID NAME READS-DIGEST CREATES ONCE-DIGEST|- COUNT UNLESS-WORD... COUNT ONLY-IF-WORD...
  local id=$1
  if command_is_done "$1" "$3" "$4" "$5"; then return 0; fi
  if [ -z "$R" ]; then
    shift 5
    if [ "$1" -gt 0 ] && (command_start "$@") >/dev/null 2>&1 </dev/null; then return 0; fi
    shift "$((1 + $1))"
    if [ "$1" -gt 0 ] && ! (command_start "$@") >/dev/null 2>&1 </dev/null; then return 0; fi
  fi
  creates "$id"
}

command_check() {
  "$ROWS" command_guard
}

command_before() { # ID NAME READS-DIGEST CREATES ONCE-DIGEST|- COUNT UNLESS-WORD... COUNT ONLY-IF-WORD... COUNT UNDO-WORD... RUN-WORD...
  local count word
  shift 5
  shift "$((1 + $1))"
  shift "$((1 + $1))"
  count=$1
  shift
  printf 'undo\n'
  for word; do
    if [ "$count" = 0 ]; then return 0; fi
    count=$((count - 1))
    escaped "$word"
    printf '+%s\n' "$ESCAPED"
  done
}

command_converge() { # ID NAME READS-DIGEST CREATES ONCE-DIGEST|- COUNT UNLESS-WORD... COUNT ONLY-IF-WORD... COUNT UNDO-WORD... RUN-WORD...
  local id=$1 reads=$3 once=$5
  if [ -n "$R" ]; then fail "a command runs on the node itself, and ${R} is the root of another system: it is left for the first boot"; fi
  shift 5
  shift "$((1 + $1))"
  shift "$((1 + $1))"
  shift "$((1 + $1))"
  command_start "$#" "$@" || fail "$1 ended with status $?"
  if [ "$once" != - ]; then
    mkdir -p "$STATE/commands"
    printf '%s %s\n' "$once" "$reads" >"$WORK/command"
    put "$WORK/command" "$STATE/commands/$id" 600 0 0
  fi
}

command_remove() { # NAME BEFORE
  local lines=$2 line
  set --
  while :; do
    case $lines in
    *"$NL"*) lines=${lines#*"$NL"} ;;
    *) break ;;
    esac
    line=${lines%%"$NL"*}
    unescaped "${line#+}"
    set -- "$@" "$UNESCAPED"
  done
  if [ $# -gt 0 ]; then
    if [ -n "$R" ]; then fail "what undoes a command runs on the node itself, and ${R} is the root of another system"; fi
    command_start "$#" "$@"
  fi
  rm -f "$STATE/commands/$ROW_ID"
}
