# shellcheck shell=sh disable=SC2154,SC2034
# Kind group. Columns: ID NAME present|absent GID-OR-EMPTY system|ordinary
# A check reads /etc/group once and starts no process.

group_key() { # NAME: sets KEY, the name as part of a variable's name; returns 1 for names that Bramble never gives
  KEY=$1
  case $1 in
  '' | *[!A-Za-z0-9._-]*) return 1 ;;
  *[!A-Za-z0-9]*)
    replaced "$1" _ __
    replaced "$REPLACED" - _d
    replaced "$REPLACED" . _p
    KEY=$REPLACED
    ;;
  esac
}

group_note() { # ID NAME...
  group_key "$2"
  eval "group_w_$KEY=$1 group_l_$1="
}

group_read() { # sets group_l_ID to GID:MEMBERS for each group that was noted
  local name password line id
  [ -f "$R/etc/group" ] || return 0
  while IFS=: read -r name password line; do
    if group_key "$name"; then
      eval "id=\${group_w_$KEY-}"
      if [ -n "$id" ]; then eval "group_l_$id=\$line"; fi
    fi
  done <"$R/etc/group"
}

group_compare() { # ID NAME STATE GID SYSTEM
  local line
  eval "line=\$group_l_$1"
  if [ -z "$line" ]; then
    if [ "$3" = present ]; then creates "$1"; fi
  elif [ "$3" = absent ]; then
    removes "$1"
  elif [ -n "$4" ] && [ "$4" != "${line%%:*}" ]; then
    differs "$1" gid "${line%%:*}" "$4"
  fi
}

group_check() {
  "$ROWS" group_note
  group_read
  "$ROWS" group_compare
}

group_before() { # ID NAME...
  local line
  eval "line=\$group_l_$1"
  if [ -n "$line" ]; then printf 'was %s\n' "$line"; else printf 'absent\n'; fi
}

group_tool() { # PROGRAM ARGUMENT...: of the shadow suite; it enters the root itself, so that no program of that root is needed
  local tool=$1
  shift
  command -v "$tool" >/dev/null || fail "$tool is not on this node; install the package passwd"
  "$tool" ${R:+-R "$R"} "$@"
}

group_converge() { # ID NAME STATE GID SYSTEM
  local name=$2 state=$3 gid=$4 system=$5 line
  eval "line=\$group_l_$1"
  set -- "$name"
  if [ "$state" = absent ]; then
    group_tool groupdel "$name"
  elif [ -n "$line" ]; then
    group_tool groupmod -g "$gid" "$name"
  else
    if [ "$system" = system ]; then set -- -r "$@"; fi
    if [ -n "$gid" ]; then set -- -g "$gid" "$@"; fi
    group_tool groupadd "$@"
  fi
}

group_remove() { # NAME BEFORE
  local name=$1 was=${2#was } line member
  group_note 0 "$name"
  group_read
  line=$group_l_0
  if [ "$2" = absent ]; then
    if [ -n "$line" ]; then group_tool groupdel "$name"; fi
    return 0
  fi
  if [ -n "$line" ]; then
    if [ "${line%%:*}" != "${was%%:*}" ]; then group_tool groupmod -g "${was%%:*}" "$name"; fi
    return 0
  fi
  group_tool groupadd -g "${was%%:*}" "$name"
  IFS=,
  # shellcheck disable=SC2086 # a list
  set -- ${was#*:}
  unset IFS
  for member; do group_tool usermod -a -G "$name" "$member"; done
}
