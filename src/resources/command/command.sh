# shellcheck shell=sh disable=SC2154
# Kind command. Columns: ID NAME CREATES COUNT UNLESS-WORD... COUNT UNDO-WORD... RUN-WORD...
# A check starts nothing but the guards that are programs.

command_start() { # COUNT WORD... [REST...]: runs the first COUNT words in the root that is worked on
  local count=$1 total left
  shift
  total=$#
  left=$total
  while [ "$left" -gt 0 ]; do
    if [ "$left" -gt $((total - count)) ]; then set -- "$@" "$1"; fi
    shift
    left=$((left - 1))
  done
  cd "$R/" || return 127
  "$@"
}

command_guard() { # ID NAME CREATES COUNT UNLESS-WORD...
  local id=$1
  if [ -n "$3" ] && [ -e "$R$3" ]; then return 0; fi
  if [ "$4" -gt 0 ]; then
    shift 3
    if (command_start "$@") >/dev/null 2>&1 </dev/null; then return 0; fi
  fi
  creates "$id"
}

command_check() {
  "$ROWS" command_guard
}

command_before() { # ID NAME CREATES COUNT UNLESS-WORD... COUNT UNDO-WORD... RUN-WORD...
  local count=$4 word
  shift "$((4 + count))"
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

command_converge() { # ID NAME CREATES COUNT UNLESS-WORD... COUNT UNDO-WORD... RUN-WORD...
  shift "$((4 + $4))"
  shift "$((1 + $1))"
  command_start "$#" "$@" || fail "$1 ended with status $?"
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
  if [ $# -gt 0 ]; then command_start "$#" "$@"; fi
}
