# shellcheck shell=sh disable=SC2153,SC2154
# Kind directory. Columns: ID PATH STATE MODE OWNER GROUP purge|keep [NAME...]
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

directory_foresee() { # a package may make the folder, or change its mode and owner
  directory_check
}

directory_before() { # ID PATH STATE MODE OWNER GROUP purge|keep [NAME...]: a line of words; with purge, +NAME and =ENTRY lines
  local path=$R$2 kind=$3$7 owner=$5 entry was=absent
  if [ -d "$path" ]; then was="directory $(stat -L -c '%a %u %g' "$path")"; fi
  if [ "$kind" != presentpurge ]; then
    printf '%s\n' "$was"
    return 0
  fi
  printf '%s purge %s\n' "$was" "$owner"
  shift 7
  for entry; do printf '+%s\n' "$entry"; done
  for entry in "$path"/* "$path"/.[!.]* "$path"/..?*; do
    if [ -e "$entry" ] || [ -L "$entry" ]; then
      escaped "${entry##*/}"
      printf '=%s\n' "$ESCAPED"
    fi
  done
}

directory_set_aside() { # ID PATH: the whole folder, which is wanted to be absent, goes to what was before
  refuse_mounts "$2"
  mkdir -p "$STATE/before"
  chmod 700 "$STATE/before"
  mv "$R$2" "$STATE/before/$1-folder-$(stat -L -c %i "$R$2")"
}

directory_converge() { # ID PATH STATE MODE OWNER GROUP purge|keep [NAME...]
  local path=$2
  if [ "$3" = absent ]; then
    if [ "$7" = purge ]; then
      directory_set_aside "$1" "$path"
    elif ! rmdir "$R$path"; then
      fail "$path is not empty; \`purge\` would set it aside with what is in it"
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

