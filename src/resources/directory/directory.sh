# shellcheck shell=sh disable=SC2154
# Kind directory. Columns: ID PATH STATE MODE OWNER GROUP purge|keep
# A check starts one stat, however many folders there are.

directory_is_there() { # ID PATH...: notes folders
  if [ -d "$R$2" ]; then note_path "$R$2"; fi
}

directory_compare() { # reads one line of fd 3 (stat) for each folder that is there
  local id=$1 path=$2 state=$3 mode=$4 owner=$5 group=$6 is_mode is_owner is_group uid gid
  if [ ! -d "$R$path" ]; then
    if [ "$state" = absent ]; then return 0; fi
    if [ -e "$R$path" ] || [ -L "$R$path" ]; then
      differs "$id" type 'no folder' folder
    else
      creates "$id"
    fi
    return 0
  fi
  IFS=' ' read -r is_mode is_owner is_group uid gid <&3
  if [ "$state" = absent ]; then
    removes "$id"
    return 0
  fi
  if [ "$is_mode" != "$mode" ]; then differs "$id" mode "$is_mode" "$mode"; fi
  if [ "$is_owner" != "$owner" ] && [ "$uid" != "$owner" ]; then differs "$id" owner "$is_owner" "$owner"; fi
  if [ "$is_group" != "$group" ] && [ "$gid" != "$group" ]; then differs "$id" group "$is_group" "$group"; fi
}

directory_check() {
  note_paths directory_is_there
  # -L: a folder may have been moved to another disk, with a link in its place.
  on_paths stat -L -c '%a %U %G %u %g' >"$WORK/stat"
  "$ROWS" directory_compare 3<"$WORK/stat"
}

directory_before() { # ID PATH STATE MODE OWNER GROUP purge|keep
  if [ -d "$R$2" ]; then
    printf 'directory %s\n' "$(stat -L -c '%a %u %g' "$R$2")"
  elif [ "$7" = purge ]; then
    printf 'absent purge\n'
  else
    printf 'absent\n'
  fi
}

directory_purge() { # PATH
  local mounted
  while IFS=' ' read -r _ _ _ _ mounted _; do
    replaced "$mounted" '\040' ' '
    case $REPLACED in
    "$R$1" | "$R$1"/*) fail "a file system is mounted on $REPLACED; unmount it first" ;;
    esac
  done </proc/self/mountinfo
  rm -rf "$R$1"
}

directory_converge() { # ID PATH STATE MODE OWNER GROUP purge|keep
  local path=$2
  if [ "$3" = absent ]; then
    if [ "$7" = purge ]; then
      directory_purge "$path"
    elif ! rmdir "$R$path"; then
      fail "$path is not empty; \`purge\` would remove what is in it"
    fi
    return 0
  fi
  if [ ! -d "$R$path" ]; then
    if [ -e "$R$path" ] || [ -L "$R$path" ]; then fail "$path is there and is no folder; move it away first"; fi
    if [ ! -d "$R${path%/*}/" ]; then fail "the folder ${path%/*} is not there"; fi
    (umask 077 && mkdir "$R$path")
  fi
  chown "$5:$6" "$R$path"
  # After chown, which clears the set-group-id bit. GNU chmod clears a folder's inherited one only for five digits.
  chmod "00$4" "$R$path"
}

directory_remove() { # PATH BEFORE
  case $2 in
  absent) rmdir "$R$1" 2>/dev/null || : ;;
  'absent purge') directory_purge "$1" ;;
  directory\ *)
    # shellcheck disable=SC2086 # words of our own making: mode, uid, gid
    set -- "$1" $2
    if [ ! -d "$R$1" ]; then mkdir "$R$1"; fi
    chown "$4:$5" "$R$1"
    chmod "00$3" "$R$1"
    ;;
  *) fail "the manifest has an entry for $1 that this program does not know" ;;
  esac
}
