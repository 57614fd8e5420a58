# shellcheck shell=sh disable=SC2154,SC2034
# Kind user. Columns: ID NAME present|absent UID GROUP HOME SHELL =COMMENT PASSWORD added|exact GROUPS
#   system|ordinary home|homeless NEW-HOME NEW-SHELL. An empty column is not looked at.
# PASSWORD is locked, kept or the SHA-256 of the hash. A check reads passwd, group and shadow once and starts no
# process, but for one sha256sum where hashes are wanted.

user_note() { # ID NAME...
  group_key "$2"
  eval "user_w_$KEY=$1 user_l_$1= user_m_$1= user_p_$1= user_s_$1="
}

user_read_groups() { # sets user_g_GID to the name of a group, and user_m_ID to the groups that a noted user is in
  local name password gid members member id
  [ -f "$R/etc/group" ] || return 0
  while IFS=: read -r name password gid members; do
    case $gid in '' | *[!0-9]*) continue ;; esac
    eval "user_g_$gid=\$name"
    [ -n "$members" ] || continue
    IFS=,
    for member in $members; do
      unset IFS
      if group_key "$member"; then
        eval "id=\${user_w_$KEY-}"
        if [ -n "$id" ]; then eval "user_m_$id=\${user_m_$id}\${user_m_$id:+,}\$name"; fi
      fi
    done
    unset IFS
  done <"$R/etc/group"
}

user_read() { # sets user_l_ID to UID:GID:COMMENT:HOME:SHELL and user_p_ID to the hash of each noted user
  local name password line id
  unset IFS
  user_read_groups
  if [ -f "$R/etc/passwd" ]; then
    while IFS=: read -r name password line; do
      if group_key "$name"; then
        eval "id=\${user_w_$KEY-}"
        if [ -n "$id" ]; then eval "user_l_$id=\$line user_p_$id=\$password"; fi
      fi
    done <"$R/etc/passwd"
  fi
  [ -f "$R/etc/shadow" ] || return 0
  while IFS=: read -r name password line; do
    if group_key "$name"; then
      eval "id=\${user_w_$KEY-}"
      if [ -n "$id" ]; then eval "user_p_$id=\$password"; fi
    fi
  done <"$R/etc/shadow"
}

user_is() { # ID: sets IS_UID, IS_GID, IS_GROUP, IS_COMMENT, IS_HOME, IS_SHELL; returns 1 where there is no such user
  local line
  eval "line=\$user_l_$1"
  [ -n "$line" ] || return 1
  IS_UID=${line%%:*} line=${line#*:}
  IS_GID=${line%%:*} line=${line#*:}
  IS_COMMENT=${line%%:*} line=${line#*:}
  IS_HOME=${line%%:*}
  IS_SHELL=${line#*:}
  eval "IS_GROUP=\${user_g_$IS_GID-\$IS_GID}"
}

user_keep_hash() { # ID...: writes a hash that must be compared into a file of its own
  case $9 in locked | kept) return 0 ;; esac
  if user_is "$1"; then
    mkdir -p "$WORK/hashes"
    eval "printf %s \"\$user_p_$1\"" >"$WORK/hashes/$1"
  fi
}

user_hashes() { # sets user_s_ID to the SHA-256 of the hash that a user has
  local sum name
  "$ROWS" user_keep_hash
  [ -d "$WORK/hashes" ] || return 0
  (cd "$WORK/hashes" && sha256sum ./*) >"$WORK/sums"
  while read -r sum name; do eval "user_s_${name#./}=$sum"; done <"$WORK/sums"
  rm -rf "$WORK/hashes"
}

user_field() { # ID FIELD IS WANTED
  if [ -n "$4" ] && [ "$3" != "$4" ]; then differs "$@"; fi
}

user_lacks() { # LIST OTHER: is a member of the comma list LIST missing in OTHER?
  local one rest=$1,
  while [ -n "$rest" ]; do
    one=${rest%%,*}
    rest=${rest#*,}
    case ",$2," in *",$one,"*) ;; *) [ -z "$one" ] || return 0 ;; esac
  done
  return 1
}

user_password_differs() { # ID PASSWORD
  local is
  case $2 in
  kept) return 1 ;;
  locked)
    eval "is=\$user_p_$1"
    # No hash begins with these, so no password fits (shadow(5)).
    case $is in '!'* | '*'*) return 1 ;; esac
    ;;
  *)
    eval "is=\$user_s_$1"
    [ "$is" != "$2" ] || return 1
    ;;
  esac
}

user_compare() { # the columns
  local id=$1 is
  if ! user_is "$id"; then
    if [ "$3" = present ]; then creates "$id"; fi
    return 0
  elif [ "$3" = absent ]; then
    removes "$id"
    return 0
  fi
  if user_is_half_made "$2"; then differs "$id" account 'made by a run that was cut off' whole; fi
  user_field "$id" uid "$IS_UID" "$4"
  user_field "$id" group "$IS_GROUP" "$5"
  user_field "$id" home "$IS_HOME" "$6"
  user_field "$id" shell "$IS_SHELL" "$7"
  if [ -n "$8" ] && [ "=$IS_COMMENT" != "$8" ]; then differs "$id" comment "$IS_COMMENT" "${8#=}"; fi
  if user_password_differs "$id" "$9"; then hides "$id" password; fi
  shift 9
  eval "is=\$user_m_$id"
  if user_lacks "$2" "$is" || { [ "$1" = exact ] && user_lacks "$is" "$2"; }; then
    differs "$id" groups "$is" "$2"
  fi
  if [ "$4" = home ] && [ ! -d "$R$IS_HOME" ]; then differs "$id" 'home folder' missing "$IS_HOME"; fi
}

user_check() {
  "$ROWS" user_note
  user_read
  user_hashes
  "$ROWS" user_compare
}

user_before() { # the columns
  local groups gid hash='' was=was
  if user_is "$1"; then
    eval "groups=\$user_m_$1"
    if [ "$9" != kept ]; then eval "hash=\$user_p_$1"; fi
    if [ "$3${13}" = presenthome ] && [ ! -d "$R$IS_HOME" ]; then was=homeless; fi
    printf '%s %s:%s:%s:%s:%s:%s:%s:%s\n' \
      "$was" "$IS_UID" "$IS_GID" "$IS_GROUP" "$IS_COMMENT" "$IS_HOME" "$IS_SHELL" "$groups" "$hash"
  else
    if [ -d "$R${14}" ]; then was=home; else was=homeless; fi
    gid=$(user_own_group "$2")
    printf 'absent %s %s\n' "$was" "${gid:--}"
  fi
}

user_own_group() { # NAME: prints the id of the group of this name; userdel takes it along, whoever made it
  [ ! -f "$R/etc/group" ] || awk -F: -v name="$1" '$1 == name { print $3 }' "$R/etc/group"
}

user_refresh() { # ID NAME: reads again what is there now
  user_note "$@"
  user_read
}

user_add() { # the columns. useradd(8) would not put what it copies into the home folder on the disk.
  local name=$2 uid=$4 group=$5 comment=${8#=} groups=${11} system=${12} home=${14}
  set -- -M -d "$home" -s "${15}" -c "$comment"
  if [ -n "$uid" ]; then set -- "$@" -u "$uid"; fi
  if [ -n "$groups" ]; then set -- "$@" -G "$groups"; fi
  if [ "$system" = system ]; then set -- "$@" -r; fi
  if [ -z "$group" ]; then group=$(user_own_group "$name"); fi
  if [ -n "$group" ]; then set -- "$@" -g "$group"; else set -- "$@" -U; fi
  user_making "$name"
  group_tool useradd "$@" "$name"
  user_made "$name"
}

user_change() { # the columns, after user_is
  local name=$2 uid=$4 group=$5 home=$6 shell=$7 comment=$8 how=${10} groups=${11} is
  eval "is=\$user_m_$1"
  set --
  if [ -n "$uid" ] && [ "$uid" != "$IS_UID" ]; then set -- "$@" -u "$uid"; fi
  if [ -n "$group" ] && [ "$group" != "$IS_GROUP" ]; then set -- "$@" -g "$group"; fi
  if [ -n "$home" ] && [ "$home" != "$IS_HOME" ]; then set -- "$@" -d "$home"; fi
  if [ -n "$shell" ] && [ "$shell" != "$IS_SHELL" ]; then set -- "$@" -s "$shell"; fi
  if [ -n "$comment" ] && [ "$comment" != "=$IS_COMMENT" ]; then set -- "$@" -c "${comment#=}"; fi
  if [ "$how" = exact ] && { user_lacks "$groups" "$is" || user_lacks "$is" "$groups"; }; then
    set -- "$@" -G "$groups"
  elif [ "$how" = added ] && user_lacks "$groups" "$is"; then
    set -- "$@" -a -G "$groups"
  fi
  if [ $# -gt 0 ]; then group_tool usermod "$@" "$name"; fi
}

user_set_hash() { # NAME HASH: printf is part of the shell, so the hash shows in no list of processes
  printf '%s:%s\n' "$1" "$2" | group_tool chpasswd -e
}

user_set_password() { # NAME PASSWORD
  local source hash=''
  if [ "$2" = locked ]; then
    group_tool usermod -p '*' "$1"
  else
    source=$(content "$2")
    IFS= read -r hash <"$source" || :
    user_set_hash "$1" "$hash"
  fi
}

user_new_home() { # HOME: sets NEW_HOME, where it is until it is whole
  NEW_HOME=$R${1%/*}/.${1##*/}.bramble
}

user_make_home() { # after user_is
  user_new_home "$IS_HOME"
  rm -rf "$NEW_HOME"
  # The owner has to come through the folders above, which programs make for root alone.
  (umask 022 && mkdir -p "${NEW_HOME%/*}/")
  mkdir "$NEW_HOME"
  if [ -d "$R/etc/skel" ]; then cp -Rp "$R/etc/skel/." "$NEW_HOME"; fi
  chown -Rh "$IS_UID:$IS_GID" "$NEW_HOME"
  chmod 700 "$NEW_HOME"
  find "$NEW_HOME" -type f -exec sync {} + 2>/dev/null || sync
  mv "$NEW_HOME" "$R$IS_HOME"
  flush "$R${IS_HOME%/*}/"
}

user_converge() { # the columns
  if [ "$3" = absent ]; then
    group_tool userdel "$2"
    return 0
  fi
  if user_is "$1" && user_is_half_made "$2"; then
    user_unmake "$2"
    user_refresh "$1" "$2"
  fi
  if user_is "$1"; then user_change "$@"; else user_add "$@"; fi
  if user_password_differs "$1" "$9"; then user_set_password "$2" "$9"; fi
  user_refresh "$1" "$2"
  if user_is "$1" && [ "${13}" = home ] && [ ! -d "$R$IS_HOME" ]; then user_make_home; fi
}

user_leave_home() { # HOME: takes away what came from /etc/skel; what somebody has put there stays
  local file
  user_new_home "$1"
  rm -rf "$NEW_HOME"
  if [ ! -d "$R$1" ] || [ -L "$R$1" ]; then return 0; fi
  if [ -d "$R/etc/skel" ]; then
    (cd "$R/etc/skel" && find . -type f) >"$WORK/skel"
    while IFS= read -r file; do
      if cmp -s "$R/etc/skel/$file" "$R$1/$file"; then rm -f "$R$1/$file"; fi
    done <"$WORK/skel"
  fi
  find "$R$1" -depth -type d -exec rmdir {} + 2>/dev/null || :
}

user_restore() { # NAME UID:GID:GROUP:COMMENT:HOME:SHELL:GROUPS:HASH
  local name=$1 is
  set -f
  IFS=:
  # shellcheck disable=SC2086 # fields
  set -- $2
  unset IFS
  set +f
  # userdel takes the group of the user's own with it.
  if eval "[ -z \"\${user_g_$2-}\" ]"; then group_tool groupadd -g "$2" "$3"; fi
  if user_is 0; then
    user_change 0 "$name" present "$1" "$3" "$5" "$6" "=$4" kept exact "$7"
  else
    user_add 0 "$name" present "$1" "$3" '' '' "=$4" kept added "$7" ordinary homeless "$5" "$6"
  fi
  eval "is=\$user_p_0"
  if [ -n "${8-}" ] && [ "$8" != "$is" ]; then user_set_hash "$name" "$8"; fi
}

user_remove() { # NAME BEFORE
  local gid
  user_refresh 0 "$1"
  case $2 in
  was\ * | homeless\ *)
    if user_is 0 && [ "${2%% *}" = homeless ]; then user_leave_home "$IS_HOME"; fi
    user_restore "$1" "${2#* }"
    ;;
  absent\ *)
    gid=${2##* }
    if user_is 0; then
      # Without the account nobody knows where its home is, should this be cut off.
      case $2 in absent\ homeless*) user_leave_home "$IS_HOME" ;; esac
      group_tool userdel "$1"
    else
      user_finish_removal "$1" "$gid"
    fi
    if [ "$gid" != - ] && [ -z "$(user_own_group "$1")" ]; then group_tool groupadd -g "$gid" "$1"; fi
    ;;
  *) fail "the manifest has an entry for the user $1 that this program does not know" ;;
  esac
}
