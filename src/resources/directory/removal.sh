# shellcheck shell=sh disable=SC2154
# Kind directory, how it leaves. A purge takes what its engine made, and nothing else: what was there before, what has another
# name than what the engine makes, and what belongs to somebody else stays, with its folders.
#
# $STATE/kept: folders in which something stays, a line each; a package that leaves after them must not take that along.

directory_owner() { # NAME PATH: prints the id of the user; the folder's own owner when there is no such user any more
  local uid
  uid=$(awk -F: -v name="$1" '$1 == name { print $3; exit }' "$R/etc/passwd" 2>/dev/null || :)
  printf '%s\n' "${uid:-$(stat -L -c %u "$R$2")}"
}

directory_is_engines() { # ENTRY LINES: by its name, and because it was not there before
  local line lines=$2 named='' any=''
  escaped "$1"
  case "$NL$lines$NL" in *"$NL=$ESCAPED$NL"*) return 1 ;; esac
  while [ -n "$lines" ]; do
    line=${lines%%"$NL"*}
    case $line in
    +*)
      any=1
      # shellcheck disable=SC2254 # a pattern is meant
      case $1 in ${line#+}) named=1 ;; esac
      ;;
    esac
    case $lines in *"$NL"*) lines=${lines#*"$NL"} ;; *) lines= ;; esac
  done
  [ -n "$named" ] || [ -z "$any" ]
}

directory_purge() { # PATH OWNER LINES: what the engine of this owner made
  local uid entry
  if [ ! -d "$R$1" ]; then return 0; fi
  refuse_mounts "$1"
  uid=$(directory_owner "$2" "$1")
  for entry in "$R$1"/* "$R$1"/.[!.]* "$R$1"/..?*; do
    if [ ! -e "$entry" ] && [ ! -L "$entry" ]; then continue; fi
    directory_is_engines "${entry##*/}" "$3" || continue
    if [ "$uid" != 0 ]; then
      find "$entry" ! -type d -user "$uid" -exec rm -f {} +
      find "$entry" -depth -type d -user "$uid" -exec rmdir {} + 2>/dev/null || :
    # An engine that is root makes what everybody makes: only a name tells that it was the engine.
    else
      case "$NL$3" in *"$NL+"*) rm -rf "$entry" ;; esac
    fi
  done
}

directory_is_empty() { # PATH
  local entry
  for entry in "$1"/* "$1"/.[!.]* "$1"/..?*; do
    if [ -e "$entry" ] || [ -L "$entry" ]; then return 1; fi
  done
}

directory_come_back() { # PATH: what was set aside when the folder was wanted to be absent
  local aside
  for aside in "$STATE/before/$ROW_ID"-folder-*; do
    if [ -d "$aside" ] && [ ! -e "$R$1" ]; then mv "$aside" "$R$1"; fi
  done
}

directory_remove() { # PATH BEFORE
  local path=$1 lines='' was=$2 purge='' mode owner
  case $was in *"$NL"*) lines=${was#*"$NL"} was=${was%%"$NL"*} ;; esac
  case $was in
  # What earlier versions noted: whose engine it was is told by the folder.
  'absent purge') purge=. was=absent ;;
  *' purge '*) purge=${was##* } was=${was%% purge *} ;;
  esac
  if [ -n "$purge" ]; then directory_purge "$path" "$purge" "$lines"; fi
  case $was in
  absent)
    rmdir "$R$path" 2>/dev/null || :
    # It stays because of what somebody has put there, and its user goes.
    if [ -n "$purge" ] && [ -d "$R$path" ] && [ ! -L "$R$path" ]; then chown 0:0 "$R$path"; fi
    ;;
  directory\ *)
    directory_come_back "$path"
    mode=${was#* }
    owner=${mode#* }
    mode=${mode%% *}
    if [ ! -d "$R$path" ]; then mkdir "$R$path"; fi
    chown "${owner% *}:${owner#* }" "$R$path"
    chmod "00$mode" "$R$path"
    ;;
  *) fail "the manifest has an entry for $path that this program does not know" ;;
  esac
  if [ -n "$purge" ] && [ -d "$R$path" ] && { [ "$was" != absent ] || ! directory_is_empty "$R$path"; }; then
    printf '%s\n' "$path" >>"$STATE/kept"
  fi
}
