# shellcheck shell=sh disable=SC2154
# Kind user: accounts whose making or going was cut off. useradd(8) and userdel(8) write five files, one after the other.
#
# $STATE/users/NAME: an account is being made. Its home folder comes after it.

user_making() { # NAME
  mkdir -p "$STATE/users"
  : >"$STATE/users/$1"
  flush "$STATE/users/$1" "$STATE/users/"
}

user_made() { # NAME
  rm -f "$STATE/users/$1"
  rmdir "$STATE/users" 2>/dev/null || :
}

user_is_half_made() { # NAME
  [ -e "$STATE/users/$1" ]
}

user_unmake() { # NAME, after user_is: takes away what there is of it, so that it can be made anew
  local group
  group=$(user_own_group "$1")
  group_tool userdel "$1"
  # userdel takes the group of the user's own with it, whoever made it.
  if [ -n "$group" ] && [ -z "$(user_own_group "$1")" ]; then group_tool groupadd -g "$group" "$1"; fi
}

user_leftover() { # NAME GID-BEFORE: prints something when userdel(8) was cut off between two of the files that it writes
  local file
  for file in group subuid subgid; do
    [ ! -f "$R/etc/$file" ] || awk -F: -v name="$1" -v before="$2" -v file="$file" '
      $1 == name && (file != "group" || before == "-") { print }
      file == "group" && index("," $4 ",", "," name ",") { print }
    ' "$R/etc/$file"
  done
}

user_finish_removal() { # NAME GID-BEFORE: only userdel knows all that belongs to an account, and it wants one
  [ -n "$(user_leftover "$1" "$2")" ] || return 0
  if [ -n "$(user_own_group "$1")" ]; then
    group_tool useradd -r -M -g "$1" "$1"
  else
    group_tool useradd -r -M -N "$1"
  fi
  group_tool userdel "$1"
}
