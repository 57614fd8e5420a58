# shellcheck shell=sh disable=SC2016,SC2034,SC2086,SC2154
# Kind package: what a power cut in the middle of dpkg leaves, and how it is finished. Every later run of apt refuses until that is done, the one that would help, too.
#
# $STATE/packages/audited: of the time of dpkg's `status` when that was last found well, with the number of lists of files. Nothing is asked while both are the same.
# Times are compared for being the same, not for being newer: the clock of a board may have gone back.

package_empties() { # sets EMPTY to packages of which dpkg has an empty list of files or script, COUNT to the number of lists, and UPDATES where dpkg was cut off in the middle of writing
  local file name info=$R/var/lib/dpkg/info flags=$-
  EMPTY='' COUNT=0
  set +f
  # Every package has a line for the root at least.
  for file in "$info"/*.list "$info"/*.p*inst "$info"/*.p*rm; do
    case $file in *.list) COUNT=$((COUNT + 1)) ;; esac
    if [ -s "$file" ] || [ ! -f "$file" ]; then continue; fi
    name=${file##*/}
    name=${name%.*}
    case " $EMPTY " in *" $name "*) ;; *) EMPTY="$EMPTY${EMPTY:+ }$name" ;; esac
  done
  set -- "$R"/var/lib/dpkg/updates/*
  case $flags in *f*) set -f ;; esac
  UPDATES=
  if [ -e "$1" ]; then UPDATES=$1; fi
}

package_audited() { # true while dpkg has written nothing since it was found well
  local count=
  set -- "$R/var/lib/dpkg/status" "$STATE/packages/audited"
  if [ -n "$UPDATES" ] || [ ! -s "$1" ] || [ ! -f "$2" ] || [ "$1" -nt "$2" ] || [ "$1" -ot "$2" ]; then return 1; fi
  read -r count <"$2"
  [ "$count" = "$COUNT" ]
}

package_look_whole() { # sets HALF to packages that a run has left half done, LEAVING to those among them that were on their way out, EMPTY to those that dpkg has lost files of, and UNREADABLE to why dpkg cannot read its database
  local status name line='' info=$R/var/lib/dpkg/info
  HALF='' LEAVING='' UNREADABLE=''
  package_empties
  if package_audited; then return 0; fi
  if [ -d "$STATE/packages" ] && [ "$MODE" = converge ]; then
    printf '%s\n' "$COUNT" >"$STATE/packages/audited.new"
    touch -r "$R/var/lib/dpkg/status" "$STATE/packages/audited.new" 2>/dev/null || :
  fi
  if ! dpkg-query --admindir="$R/var/lib/dpkg" --show --showformat='${db:Status-Want}:${db:Status-Status} ${binary:Package}\n' >"$WORK/statuses" 2>"$WORK/unreadable"; then
    while IFS= read -r line; do UNREADABLE=${line#dpkg-query: }; done <"$WORK/unreadable"
    return 0
  fi
  if [ "$COUNT" -gt 0 ] && [ ! -s "$WORK/statuses" ]; then
    UNREADABLE='no package'
    return 0
  fi
  while IFS=' ' read -r status name; do
    case $status in
    *:not-installed | *:config-files) continue ;;
    *:installed) ;;
    deinstall:* | purge:*)
      HALF="$HALF${HALF:+ }$name"
      LEAVING="$LEAVING $name"
      ;;
    *) HALF="$HALF${HALF:+ }$name" ;;
    esac
    if [ ! -f "$info/$name.list" ] && [ ! -f "$info/${name%:*}.list" ]; then EMPTY="$EMPTY${EMPTY:+ }$name"; fi
  done <"$WORK/statuses"
  package_torn
  if [ -n "$TORN_NAME" ]; then EMPTY="$EMPTY${EMPTY:+ }$TORN_NAME"; fi
  if [ -z "$HALF$EMPTY" ] && [ -f "$STATE/packages/audited.new" ]; then
    mv "$STATE/packages/audited.new" "$STATE/packages/audited"
  fi
}

package_torn() { # sets TORN_NAME to a package whose list of files ends in the middle: dpkg reads none of the others then, and tells one at a time
  local line
  TORN_NAME=
  if dpkg-query --admindir="$R/var/lib/dpkg" --search /. >/dev/null 2>"$WORK/torn"; then return 0; fi
  while IFS= read -r line; do
    case $line in
    # One that is gone is no reason to stop.
    'dpkg-query: warning: '*) ;;
    *"files list file for package '"*)
      TORN_NAME=${line#*"for package '"}
      TORN_NAME=${TORN_NAME%%\'*}
      ;;
    esac
  done <"$WORK/torn"
}

package_torn_lists() { # empties them, so that dpkg can go on and the packages be installed again
  local file name=
  package_torn
  while [ -n "$TORN_NAME" ] && [ "$TORN_NAME" != "$name" ]; do
    name=$TORN_NAME
    for file in "$R/var/lib/dpkg/info/$name.list" "$R/var/lib/dpkg/info/$name":*.list; do
      if [ -s "$file" ]; then : >"$file"; fi
    done
    package_torn
  done
}

package_restore_status() { # dpkg keeps the one before (dpkg(1), FILES), and each day's is kept in /var/backups
  local copy
  cp "$R/var/lib/dpkg/status" "$STATE/packages/status-unreadable" 2>/dev/null || :
  for copy in status-old ../../backups/dpkg.status.0; do
    [ -s "$R/var/lib/dpkg/$copy" ] || continue
    put "$R/var/lib/dpkg/$copy" "$R/var/lib/dpkg/status" 644 0 0
    package_look_whole
    if [ -z "$UNREADABLE" ]; then
      notice "the database of dpkg could not be read; it is the copy /var/lib/dpkg/$copy now, and what it was is in $STATE/packages/status-unreadable"
      return 0
    fi
  done
  fail "dpkg cannot read its database ($UNREADABLE), and there is no copy of it that can be read; see /var/lib/dpkg/status"
}

package_reinstall() { # NAME...: the versions that are there, once more; holds stay
  local held
  package_torn_lists
  held=$(dpkg-query --admindir="$R/var/lib/dpkg" --show --showformat='${db:Status-Want} ${binary:Package}\n' "$@" | sed -n 's/^hold \(.*\)/\1 hold/p')
  package_sources
  package_update
  package_fetching "$WORK/apt" --reinstall --allow-change-held-packages --fix-broken --no-remove install "$@" || return 1
  if [ -n "$held" ]; then printf '%s\n' "$held" | package_in_root dpkg --set-selections; fi
}

package_unfinished() { # WHAT: fails with what apt or dpkg said last
  cat "$WORK/apt"
  package_last_words "$WORK/apt"
  fail "$1: $WORDS$BROKEN"
}

package_repair() { # [lists]: an apt or dpkg that was cut off is finished without a question; with `lists`, files that dpkg has lost come back, too
  package_look_whole
  if [ -n "$UNREADABLE" ]; then package_restore_status; fi
  if [ -n "$HALF$EMPTY" ]; then package_torn_lists; fi
  if [ -n "$HALF" ]; then
    package_in_root dpkg --force-confold --force-confdef --configure -a >"$WORK/apt" 2>&1 || :
    package_look_whole
    if [ -n "$LEAVING" ]; then
      package_in_root dpkg --remove $LEAVING >"$WORK/apt" 2>&1 || package_unfinished "dpkg was interrupted and cannot finish the removal of$LEAVING"
      package_look_whole
    fi
    # What was being unpacked cannot be configured: it comes anew.
    if [ -n "$HALF" ]; then
      package_reinstall $HALF || package_unfinished "dpkg was interrupted and cannot finish $HALF"
      package_look_whole
      if [ -n "$HALF" ]; then package_unfinished "dpkg was interrupted and cannot finish $HALF"; fi
    fi
  fi
  if [ -n "$EMPTY" ] && [ "${1-}" = lists ]; then
    package_reinstall $EMPTY || package_unfinished "dpkg has lost the lists of files or scripts of $EMPTY, and apt cannot install them again"
    package_look_whole
    if [ -n "$EMPTY" ]; then
      package_unfinished "dpkg has lost the lists of files or scripts of $EMPTY, which no source of packages has; type \`apt install ./FILE.deb\` on the node"
    fi
  fi
}

package_finish() { # [lists]: what apt was doing when it was cut off, and nothing else
  package_await_lock
  package_room
  package_policy
  package_repair "$@"
  package_policy_away
}
