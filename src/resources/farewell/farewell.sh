# shellcheck shell=sh disable=SC2154
# Kind farewell. Columns: ID NAME PATH RUN-WORD... A check starts no process: what is owned will be done when it leaves.

farewell_owned() { # ID KIND NAME BEFORE: a line of the manifest
  if [ "$2" = farewell ]; then FAREWELLS="$FAREWELLS $1 "; fi
}

farewell_compare() { # ID...
  case $FAREWELLS in *" $1 "*) ;; *) creates "$1" ;; esac
}

farewell_check() {
  FAREWELLS=
  read_manifest farewell_owned
  "$ROWS" farewell_compare
}

farewell_before() { # ID NAME PATH RUN-WORD...
  local word
  printf 'if %s\n' "$3"
  shift 3
  for word; do
    escaped "$word"
    printf '+%s\n' "$ESCAPED"
  done
}

farewell_converge() {
  :
}

farewell_remove() { # NAME BEFORE
  local path=${2%%"$NL"*}
  path=${path#if }
  if [ -n "$path" ] && [ ! -e "$R$path" ]; then return 0; fi
  command_remove "$1" "$2"
}
