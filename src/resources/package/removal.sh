# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# Kind package, how it leaves.

package_wanted() { # ID NAME STATE...
  if [ "$3" = present ]; then WANTED_NAMES="$WANTED_NAMES $2"; fi
}

package_goes() { # APT-GET-ARGUMENT...: sets GOES to the names that would go
  local verb name
  GOES=
  package_apt --simulate "$@" >"$WORK/apt" 2>&1 || return 1
  while read -r verb name _; do
    case $verb in Remv | Purg) GOES="$GOES $name" ;; esac
  done <"$WORK/apt"
}

package_only() { # NAMES ALLOWED [BARRED]: sets ONLY to the names of the first list that the second has and the third has not
  local name
  ONLY=
  for name in $1; do
    case " ${3-} " in *" $name "*) continue ;; esac
    case " $2 " in *" $name "*) ONLY="$ONLY $name" ;; esac
  done
}

package_came() { # sets CAME to the names that came along with ours
  local name
  CAME=
  if [ -f "$STATE/packages/came" ]; then
    while read -r name; do CAME="$CAME $name"; done <"$STATE/packages/came"
  fi
}

package_half_gone() { # NAME...: sets HALF to those whose removal has begun, or of which only settings are left
  local name want status
  HALF=
  dpkg-query --admindir="$R/var/lib/dpkg" --show \
    --showformat='${Package} ${db:Status-Want} ${db:Status-Status}\n' -- "$@" >"$WORK/packages" 2>/dev/null || :
  while read -r name want status; do
    case $want:$status in
    *:not-installed) ;;
    deinstall:* | purge:* | *:config-files) HALF="$HALF $name" ;;
    esac
  done <"$WORK/packages"
}

package_neighbours() { # sets TOGETHER to the packages that leave right after this row, with nothing between them
  local id kind name before seen=
  TOGETHER=
  [ -f "$WORK/orphans" ] || return 0
  while IFS=$TAB read -r id kind name before; do
    if [ "$id" = "$ROW_ID" ]; then
      seen=1
    elif [ -n "$seen" ]; then
      if [ "$kind $before" != 'package absent' ]; then return 0; fi
      TOGETHER="$TOGETHER $name"
    fi
  done <"$WORK/orphans"
}

package_goes_together() { # NAME: sets TOGETHER to it, those after it and what came along with them; false where others would go with them
  local name names=''
  package_neighbours
  [ -n "$TOGETHER" ] || return 1
  for name in $TOGETHER; do
    package_key "$name"
    eval "P_$KEY="
  done
  package_look $TOGETHER
  for name in $1 $TOGETHER; do
    package_is "$name"
    case $IS in '' | 'hold '*) ;; *) names="$names $name" ;; esac
  done
  package_goes -o APT::AutoRemove::SuggestsImportant=false --auto-remove purge $names || return 1
  package_only "$GOES" "$CAME" "$names $WANTED_NAMES"
  TOGETHER=$names$ONLY
  package_goes purge $TOGETHER || return 1
  package_only "$GOES" "$TOGETHER"
  [ "$ONLY" = "$GOES" ]
}

package_has_gone() { # NAME: with one before it, in this run
  local gone
  [ -f "$WORK/gone-together" ] || return 1
  while read -r gone; do if [ "$gone" = "$1" ]; then return 0; fi; done <"$WORK/gone-together"
  return 1
}

package_purge_set() { # NAME...
  package_shield "$@"
  package_apt purge "$@"
  package_unshield
  package_list came '' "$*"
}

package_purge() { # NAME: with what came along and nothing else needs, and what a purge that was cut off has left of them
  local name=${IS:+$1} set
  package_came
  WANTED_NAMES=
  if command -v rows_package_all >/dev/null; then rows_package_all package_wanted; fi
  if [ -n "$IS" ] && package_goes_together "$1"; then
    package_purge_set $TOGETHER
    printf '%s\n' $TOGETHER >"$WORK/gone-together"
    return 0
  fi
  package_is "$1"
  # apt forgets that they came by themselves before it removes them.
  package_half_gone $1 $CAME
  package_only "$HALF" "$1 $CAME" "$name $WANTED_NAMES"
  name=$name$ONLY
  # Nobody gets what is merely suggested, so a suggestion holds nothing.
  package_goes -o APT::AutoRemove::SuggestsImportant=false --auto-remove purge $name || fail "apt: cannot remove $1"
  package_only "$GOES" "$CAME" "$name $WANTED_NAMES"
  for set in "$name$ONLY" "$name" "${IS:+$1}"; do
    if [ -n "$set" ] && package_goes purge $set; then
      package_only "$GOES" "$set"
      # Anything else that would go needs it.
      if [ "$ONLY" = "$GOES" ]; then
        package_purge_set $set
        return 0
      fi
    fi
  done
  if [ -z "$IS" ]; then return 0; fi
  # Something that is not ours needs it now: it stays as a package that came along.
  package_in_root apt-mark auto "$1"
  package_list came "$1" ''
}

package_put_back() { # NAME VERSION auto|manual WANT
  LOCK_SECONDS=120
  if [ -z "$IS" ] || [ "${IS##* }" != "$2" ]; then
    # The old version may be gone from the mirrors by now; then any version is nearer to what was than none.
    package_apt --allow-downgrades --allow-change-held-packages install "$1=$2" ||
      if [ -z "$IS" ]; then package_apt install "$1"; fi
  fi
  package_in_root apt-mark "$3" "$1"
  if [ "$4" = hold ]; then KEEP=$1; else FREE=$1; fi
  package_hold
}

package_remove() { # NAME BEFORE
  local name=$1
  LOCK_SECONDS=120 HOLD='' FREE='' KEEP='' BROKEN=''
  set -f
  mkdir -p "$STATE/packages"
  package_key "$name"
  eval "P_$KEY= A_$KEY="
  rm -f "$STATE/packages/program-$KEY"
  if package_has_gone "$name"; then
    package_list held '' "$name"
    return 0
  fi
  package_look "$name"
  package_is "$name"
  package_await_lock
  package_policy_away
  package_unshield
  case $2 in
  absent)
    package_list held '' "$name"
    package_repair
    if [ "${IS%% *}" = hold ]; then
      FREE=$name
      package_hold
    fi
    package_purge "$name"
    ;;
  *' '*' '*) package_put_back "$name" $2 ;;
  *) fail "the manifest has an entry for $name that this program does not know" ;;
  esac
}
