# shellcheck shell=sh disable=SC2154,SC2034,SC2153
# Kind file. Columns: ID PATH STATE SHA256 MODE OWNER GROUP secret|plain [VALIDATOR ARGUMENT...]
# A check starts one stat and one sha256sum, however many files there are. Programs of 100 MB and more are among them, which an
# old board reads for ten seconds: see large.sh.

file_is_there() { # ID PATH...: notes regular files
  if [ -f "$R$2" ] && [ ! -L "$R$2" ]; then note_path "$R$2"; fi
}

file_is_to_be_read() { # ID PATH STATE SHA256...: notes regular files whose content is not known; reads fd 3 as file_compare does
  local size times
  if [ -f "$R$2" ] && [ ! -L "$R$2" ]; then
    IFS=' ' read -r _ _ _ _ _ size times <&3
    if ! large_is_known "$4" "$size" "$times"; then note_path "$R$2"; fi
  fi
}

file_compare() { # reads one line of fd 3 (stat) and fd 4 (sha256sum) for each file that is there
  local id=$1 path=$2 state=$3 sum=$4 mode=$5 owner=$6 group=$7 is_mode is_owner is_group uid gid size times is_sum
  if [ ! -e "$R$path" ] && [ ! -L "$R$path" ]; then
    if [ "$state" = present ]; then creates "$id"; fi
    return 0
  fi
  if [ ! -f "$R$path" ] || [ -L "$R$path" ]; then
    if [ "$state" = absent ]; then
      removes "$id"
    else
      differs "$id" type 'no regular file' file
      hides "$id" content
    fi
    return 0
  fi
  IFS=' ' read -r is_mode is_owner is_group uid gid size times <&3
  if large_is_known "$sum" "$size" "$times"; then
    is_sum=$sum
  else
    IFS=' ' read -r is_sum _ <&4
  fi
  if [ "$state" = absent ]; then
    removes "$id"
    return 0
  fi
  if [ "$is_mode" != "$mode" ]; then differs "$id" mode "$is_mode" "$mode"; fi
  if [ "$is_owner" != "$owner" ] && [ "$uid" != "$owner" ]; then differs "$id" owner "$is_owner" "$owner"; fi
  if [ "$is_group" != "$group" ] && [ "$gid" != "$group" ]; then differs "$id" group "$is_group" "$group"; fi
  # A name with a backslash makes sha256sum put one before the sum (coreutils manual, md5sum invocation).
  if [ "${is_sum#\\}" != "$sum" ]; then
    hides "$id" content
    if [ "$8" = plain ] && [ "$size" -le 262144 ]; then shows "$id" "$R$path"; fi
  elif [ "$MODE" = converge ]; then
    large_note "$sum" "$size" "$times" "$path"
  fi
}

file_check() {
  note_paths file_is_there
  on_paths stat -c '%a %U %G %u %g %s %i %y %z' >"$WORK/stat"
  note_paths file_is_to_be_read 3<"$WORK/stat"
  on_paths sha256sum >"$WORK/sums"
  "$ROWS" file_compare 3<"$WORK/stat" 4<"$WORK/sums"
}

file_before() { # ID PATH...: one word list that file_remove understands
  if [ -L "$R$2" ] || { [ -e "$R$2" ] && [ ! -d "$R$2" ]; }; then
    printf 'kept %s %s\n' "$(stat -c '%a %u %g' "$R$2")" "$(saved "$1" "$R$2")"
  else
    printf 'absent\n'
  fi
}

file_validate() { # SOURCE NAME VALIDATOR ARGUMENT...: the checker sees the file under its own name
  local source=$1 name=$2 argument count
  if [ -n "$R" ]; then fail "$3 checks the content, and can only do so on the node itself: $R is the root of another system"; fi
  shift 2
  rm -rf "$WORK/validate"
  mkdir "$WORK/validate"
  (umask 077 && cat <"$source" >"$WORK/validate/$name")
  count=$#
  while [ "$count" -gt 0 ]; do
    argument=$1
    shift
    if [ "$argument" = '{}' ]; then argument=$WORK/validate/$name; fi
    set -- "$@" "$argument"
    count=$((count - 1))
  done
  "$@" || fail "$1 refuses the new content; nothing was changed"
  rm -rf "$WORK/validate"
}

file_converge() { # ID PATH STATE SHA256 MODE OWNER GROUP SENSITIVITY [VALIDATOR...]
  local path=$2 state=$3 source mode=$5 owner=$6 group=$7
  if [ "$state" = absent ]; then
    rm -f "$R$path"
    return 0
  fi
  if [ -d "$R$path" ] && [ ! -L "$R$path" ]; then fail "$path is a folder; move it away first"; fi
  if [ ! -d "$R${path%/*}/" ]; then fail "the folder ${path%/*} is not there"; fi
  if [ "$(is_content "$R$path" "$4")" = yes ]; then
    chown "$owner:$group" "$R$path"
    chmod "$mode" "$R$path"
    return 0
  fi
  source=$(content "$4")
  shift 8
  if [ $# -gt 0 ]; then file_validate "$source" "${path##*/}" "$@"; fi
  put "$source" "$R$path" "$mode" "$owner" "$group"
}

is_content() { # PATH SHA256: prints yes when the regular file has these bytes
  local sum
  if [ -f "$1" ] && [ ! -L "$1" ]; then
    sum=$(sha256sum <"$1")
    if [ "${sum%% *}" = "$2" ]; then printf 'yes\n'; fi
  fi
}

file_remove() { # PATH BEFORE
  local path=$1 kept
  large_forget "$path"
  case $2 in
  # A folder there is not ours: we never came to make the file.
  absent) if [ -L "$R$path" ] || [ ! -d "$R$path" ]; then rm -f "$R$path"; fi ;;
  kept\ *)
    kept=$2
    # shellcheck disable=SC2086 # words of our own making: mode, uid, gid, name in the store
    set -- $kept
    put_back "$5" "$R$path" "$2" "$3" "$4"
    ;;
  # What earlier versions noted.
  link\ *)
    rm -f "$R$path"
    ln -s "${2#link }" "$R$path"
    ;;
  file\ *)
    kept=$2
    # shellcheck disable=SC2086,SC2153 # words of our own making: mode, uid, gid, name in the store
    set -- $kept
    put "$STATE/before/$5" "$R$path" "$2" "$3" "$4"
    ;;
  *) fail "the manifest has an entry for $path that this program does not know" ;;
  esac
}
