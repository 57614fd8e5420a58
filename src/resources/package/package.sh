# shellcheck shell=sh disable=SC2016,SC2034,SC2154
# Kind package. Columns: ID NAME present|absent VERSION hold|'' LOCK-SECONDS PROGRAM|-
# A check starts one dpkg-query, however many packages there are, and one stat when a program of one of them is watched. Names and versions hold no blank and no pattern but `*`,
# so lists of them are words between blanks.
#
# $STATE/packages/sources: checksum of apt's sources when the lists were last fetched. came: names of the packages that came
# with ours. program-KEY: inode and times of a watched program when it was read last and was as its package has it (see large.sh of
# the kind file). held: names of those that we hold. policy-rc.d: somebody else's, while ours is in its place.

package_key() { # NAME: sets KEY to what can be part of a variable's name; no name of a package has `_`
  KEY=$1
  case $KEY in
  *[!a-z0-9]*)
    replaced "$KEY" + _p
    replaced "$REPLACED" . _d
    replaced "$REPLACED" - _m
    replaced "$REPLACED" : _c
    KEY=$REPLACED
    ;;
  esac
}

package_name() { # ID NAME...
  package_key "$2"
  eval "P_$KEY= H_$KEY= A_$KEY="
  NAMES="$NAMES $2"
}

package_look() { # NAME...: sets P_KEY to `WANT STATUS VERSION` for each package that is there
  local name want status architecture version
  dpkg-query --admindir="$R/var/lib/dpkg" --show \
    --showformat='${Package} ${db:Status-Want} ${db:Status-Status} ${Architecture} ${Version}\n' -- "$@" \
    >"$WORK/packages" 2>/dev/null || :
  while IFS=' ' read -r name want status architecture version; do
    case $status in
    not-installed | config-files) ;;
    *)
      package_key "$name"
      eval "P_$KEY=\"\$want \$status \$version\""
      package_key "$name:$architecture"
      eval "P_$KEY=\"\$want \$status \$version\""
      ;;
    esac
  done <"$WORK/packages"
}

package_is() { # NAME: sets IS to `WANT STATUS VERSION`, empty when it is not there
  package_key "$1"
  eval "IS=\$P_$KEY"
}

package_compare() { # ID NAME STATE VERSION HOLD...
  local status version
  package_is "$2"
  if [ "$3" = absent ]; then
    if [ -n "$IS" ]; then removes "$1"; fi
    return 0
  fi
  if [ -z "$IS" ]; then
    creates "$1"
    return 0
  fi
  status=${IS#* }
  version=${status#* }
  status=${status%% *}
  case $status in
  installed | triggers-*) ;;
  *) differs "$1" status "$status" installed ;;
  esac
  # shellcheck disable=SC2254 # * in the wanted version is meant
  case $version in
  ${4:-*}) ;;
  *) differs "$1" version "$version" "$4" ;;
  esac
  eval "HELD=\$H_$KEY"
  case ${IS%% *}:$5 in
  hold:hold) ;;
  hold:) if [ -n "$HELD" ]; then differs "$1" hold held free; fi ;;
  *:hold) differs "$1" hold free held ;;
  esac
}

package_program() { # ID NAME STATE VERSION HOLD LOCK-SECONDS PROGRAM|-
  if [ "$7" != - ] && [ -f "$R$7" ]; then note_path "$R$7"; fi
}

package_md5() { # NAME ARCHITECTURE-LESS-PATH: sets MD5 to what dpkg has noted of a file (deb-md5sums(5)), empty when it has nothing
  local sum path list
  MD5=
  for list in "$R/var/lib/dpkg/info/$1.md5sums" "$R/var/lib/dpkg/info/$1":*.md5sums; do
    if [ -f "$list" ]; then
      while read -r sum path; do if [ "$path" = "$2" ]; then MD5=$sum; fi; done <"$list"
    fi
  done
}

package_compare_program() { # as package_program; reads one line of fd 3 (stat) for each program that is there
  local times='' known='' sum
  [ "$7" != - ] || return 0
  package_is "$2"
  if [ -f "$R$7" ]; then IFS= read -r times <&3; fi
  if [ -z "$IS" ] || [ "$3" = absent ]; then return 0; fi
  if [ -f "$STATE/packages/program-$KEY" ]; then IFS= read -r known <"$STATE/packages/program-$KEY" || :; fi
  if [ -n "$times" ] && [ "$known" = "$times" ]; then return 0; fi
  package_md5 "$2" "${7#/}"
  if [ -z "$MD5" ]; then return 0; fi
  sum=absent
  if [ -n "$times" ]; then sum=$(md5sum <"$R$7"); fi
  if [ "${sum%% *}" != "$MD5" ]; then
    eval "A_$KEY=altered"
    differs "$1" "$7" altered 'as its package has it'
  elif [ "$MODE" = converge ]; then
    mkdir -p "$STATE/packages"
    printf '%s\n' "$times" >"$STATE/packages/program-$KEY"
  fi
}

package_is_ours() { # FILE: true for a policy-rc.d that we made
  local line=''
  [ -f "$1" ] && { read -r _ && read -r line; } <"$1" && [ "$line" = '# Made by bramble, for the time of one apt transaction' ]
}

package_first() { # ID...: the first row speaks for what belongs to none
  FIRST=${FIRST:-$1}
}

package_check() {
  local name
  NAMES=
  "$ROWS" package_name
  if [ -f "$STATE/packages/held" ]; then
    while read -r name; do
      package_key "$name"
      eval "H_$KEY=held"
    done <"$STATE/packages/held"
  fi
  # shellcheck disable=SC2086 # one word a name; names hold no pattern
  package_look $NAMES
  "$ROWS" package_compare
  note_paths package_program
  on_paths stat -c '%i %y %z' >"$WORK/programs"
  "$ROWS" package_compare_program 3<"$WORK/programs"
  if package_is_ours "$R/usr/sbin/policy-rc.d"; then
    FIRST=
    "$ROWS" package_first
    # It is as wanted itself, so it does not become ours by that.
    is_marked "$FIRST" differs || eval "O_$FIRST=1"
    differs "$FIRST" policy-rc.d 'left by a run that was cut off' 'as it was'
  fi
  case $MODE:$R:$PENDING in check::*' package '*) package_foretell ;; esac
}

package_foretell() { # what a change of packages will meet
  package_lock_holder
  if [ -n "$HOLDER" ]; then notice "the package database is locked by process $HOLDER; changes of packages wait for it"; fi
  package_full
  if [ -n "$FULL" ]; then notice "the disk is full: $FULL"; fi
}

# ---- carrying out

package_wish() { # ID NAME STATE VERSION HOLD LOCK-SECONDS: adds a row that differs to what the transaction is to do
  package_is "$2"
  if [ "$6" -gt "$LOCK_SECONDS" ]; then LOCK_SECONDS=$6; fi
  eval "ID_$KEY=\$1"
  if [ "$3" = absent ]; then
    REMOVE="$REMOVE $2"
    return 0
  fi
  eval "HELD=\$H_$KEY"
  # shellcheck disable=SC2254 # * in the wanted version is meant
  case "${IS#* }" in
  'installed '${4:-*} | triggers-*' '${4:-*}) ;;
  *)
    INSTALL="$INSTALL $2${4:+=$4}"
    if [ -n "$4" ]; then ALLOW='--allow-downgrades --allow-change-held-packages'; fi
    ;;
  esac
  # Programs of the version that is there come anew.
  if eval "[ -n \"\$A_$KEY\" ]"; then
    case " $INSTALL" in
    *" $2" | *" $2=$4") ;;
    *) INSTALL="$INSTALL $2=${IS##* }" ;;
    esac
    ALLOW='--reinstall --allow-downgrades --allow-change-held-packages'
  fi
  # A held package that gets another version is held no longer, so the hold is made again.
  case ${IS%% *}:$5 in
  *:hold) HOLD="$HOLD $2" ;;
  hold:) if [ -n "$HELD" ]; then FREE="$FREE $2"; else KEEP="$KEEP $2"; fi ;;
  esac
}

package_converge() {
  INSTALL='' REMOVE='' HOLD='' FREE='' KEEP='' ALLOW='' LOCK_SECONDS=0 UPDATED='' BROKEN=''
  set -f
  mkdir -p "$STATE/packages"
  "$ROWS" if_differs package_wish
  if package_is_ours "$R/usr/sbin/policy-rc.d"; then
    package_policy_away
    # Whoever left it was cut off in the middle of apt.
    if [ -z "$INSTALL$REMOVE" ]; then package_finish; fi
  fi
  if [ -n "$INSTALL$REMOVE" ]; then package_transaction; fi
  if [ -n "$HOLD$FREE$KEEP" ]; then package_hold; fi
}

package_hold() {
  local name
  {
    for name in $HOLD $KEEP; do printf '%s hold\n' "$name"; done
    for name in $FREE; do printf '%s install\n' "$name"; done
  } >"$WORK/selections"
  package_in_root dpkg --set-selections <"$WORK/selections"
  package_list held "$HOLD" "$FREE"
}

package_list() { # FILE ADD REMOVE: a list of names in the books, each once
  local name all="$2 "
  if [ -f "$STATE/packages/$1" ]; then
    while read -r name; do
      case " $2 $3 " in *" $name "*) ;; *) all="$all $name" ;; esac
    done <"$STATE/packages/$1"
  fi
  for name in $all; do printf '%s\n' "$name"; done >"$WORK/list"
  put "$WORK/list" "$STATE/packages/$1" 600 0 0
}

package_before() { # ID NAME...: absent, or VERSION auto|manual WANT
  local auto=manual
  package_is "$2"
  if [ -z "$IS" ]; then
    printf 'absent\n'
    return 0
  fi
  if [ -n "$(package_in_root apt-mark showauto "$2" 2>/dev/null)" ]; then auto=auto; fi
  printf '%s %s %s\n' "${IS##* }" "$auto" "${IS%% *}"
}
