# shellcheck shell=sh disable=SC2034,SC2086,SC2154
# Kind engine-state. Columns: ID FOLDER ENGINE ENTRIES OWNER-FILE UNIT refuse|adopt|set_aside OPTION IDENTITY-FILE|-. A check starts no process.

engine_state_line() { # ID KIND NAME BEFORE: a line of the manifest
  if [ "$2:$3" = "file:$OWNER_FILE" ]; then IS_OURS=yes; fi
}

engine_state_found() { # FOLDER ENTRIES OWNER-FILE: sets ENTRIES to what is there and not of our making
  local folder=$R$1 entry
  ENTRIES='' IS_OURS='' OWNER_FILE=$3
  set -f
  set -- $2
  set +f
  for entry; do
    if [ -e "$folder/$entry" ]; then ENTRIES="$ENTRIES${ENTRIES:+ }$entry"; fi
  done
  [ -n "$ENTRIES" ] || return 0
  # An engine that Bramble set up has made it since.
  read_manifest engine_state_line
  if [ -n "$IS_OURS" ]; then ENTRIES=; fi
}

engine_state_refusal() { # FOLDER ENGINE OPTION: sets WHAT and WAY_OUT
  WHAT="$1 holds the state of another $2: $ENTRIES"
  WAY_OUT="to go on with it write \`$3: adopt\`, to begin without it \`$3: set_aside\` (it is put back when the role leaves)"
}

engine_state_compare() { # ID FOLDER ENGINE ENTRIES OWNER-FILE UNIT refuse|adopt|set_aside OPTION
  if [ "$7" = adopt ]; then return 0; fi
  engine_state_found "$2" "$4" "$5"
  [ -n "$ENTRIES" ] || return 0
  if [ "$7" = refuse ]; then
    engine_state_refusal "$2" "$3" "$8"
    obstacle "$1" "$WHAT" "$WAY_OUT"
  fi
  differs "$1" state "of another $3: $ENTRIES" 'set aside'
}

engine_state_identity() { # ID FOLDER ENGINE ENTRIES OWNER-FILE UNIT FOUND OPTION IDENTITY-FILE: adds `engine=identity` to IDENTITIES
  if [ "$9" = - ]; then return 0; fi
  first_line "$R$2/$9"
  case $LINE in *[!0-9A-Za-z.-]*) LINE= ;; esac
  if [ -n "$LINE" ]; then IDENTITIES="$IDENTITIES${IDENTITIES:+ }$3=$LINE"; fi
}

engine_state_check() {
  "$ROWS" engine_state_compare
  # Who the engine takes this node for: two nodes with one card's copy have one.
  IDENTITIES=
  "$ROWS" engine_state_identity
  [ -n "$QUIET" ] || fact engine_ids "$IDENTITIES"
}

engine_state_before() { # ID FOLDER ENGINE ENTRIES OWNER-FILE UNIT...
  printf 'aside %s\n' "$6"
}

engine_state_converge() { # ID FOLDER ENGINE ENTRIES OWNER-FILE UNIT refuse|adopt|set_aside OPTION
  local entry aside=$R$2.bramble-aside
  engine_state_found "$2" "$4" "$5"
  if [ "$7" = refuse ]; then
    engine_state_refusal "$2" "$3" "$8"
    fail "$WHAT; $WAY_OUT"
  fi
  if [ -z "$R" ]; then systemctl stop -- "$6" 2>/dev/null || :; fi
  mkdir -p "$aside"
  chmod 700 "$aside"
  for entry in $ENTRIES; do
    if [ -e "$aside/$entry" ]; then fail "$aside/$entry is there already; move it away first"; fi
    case $entry in */*) mkdir -p "$aside/${entry%/*}" ;; esac
    mv "$R$2/$entry" "$aside/$entry"
  done
  flush "$aside/"
}

engine_state_back() { # FROM TO: moves what is in the one folder into the other
  local path
  for path in "$1"/* "$1"/.[!.]*; do
    if [ ! -e "$path" ] && [ ! -L "$path" ]; then continue; fi
    if [ -d "$path" ] && [ ! -L "$path" ] && [ -d "$2/${path##*/}" ]; then
      engine_state_back "$path" "$2/${path##*/}"
      rmdir "$path" 2>/dev/null || :
    elif [ ! -e "$2/${path##*/}" ]; then
      mv "$path" "$2/${path##*/}"
    fi
  done
}

engine_state_remove() { # FOLDER BEFORE
  local aside=$R$1.bramble-aside
  [ -d "$aside" ] || return 0
  mkdir -p "$R$1"
  engine_state_back "$aside" "$R$1"
  rmdir "$aside" 2>/dev/null || :
}
