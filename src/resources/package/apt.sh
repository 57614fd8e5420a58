# shellcheck shell=sh disable=SC2016,SC2034,SC2046,SC2086,SC2154
# Kind package, what it does with apt and dpkg. Lists are words between blanks; `set -f` is on, so * is only a star.

package_in_root() { # PROGRAM ARGUMENT...
  if [ -n "$R" ]; then chroot "$R" "$@"; else "$@"; fi
}

package_apt() { # ARGUMENT...
  # needrestart and apt-listchanges would ask or act; a name that is not there must not be taken for a pattern.
  NEEDRESTART_SUSPEND=1 APT_LISTCHANGES_FRONTEND=none package_in_root apt-get -q -y --no-install-recommends \
    -o Dpkg::Options::=--force-confold -o Dpkg::Options::=--force-confdef -o APT::Cmd::Pattern-Only=true -o Dpkg::Use-Pty=0 \
    -o DPkg::Lock::Timeout="${LOCK_SECONDS:-120}" "$@"
}

package_lock_holder() { # sets HOLDER to `PID (COMMAND)`, empty when nobody has one of the locks
  local inodes owner='' pid inode
  HOLDER=
  # The lock of the front end comes first: its holder is what somebody started, dpkg only its child.
  inodes=$(cd "$R/var/lib" && stat -c %i dpkg/lock-frontend dpkg/lock apt/lists/lock ../cache/apt/archives/lock 2>/dev/null) || :
  inodes=" $(printf '%s ' $inodes)"
  # proc_locks(5): NUMBER: POSIX ADVISORY WRITE PID MAJOR:MINOR:INODE START END
  while read -r _ _ _ _ pid inode _; do
    case $inodes in
    " ${inode##*:} "*) owner=$pid ;;
    *" ${inode##*:} "*) owner=${owner:-$pid} ;;
    esac
  done </proc/locks
  if [ -n "$owner" ]; then
    HOLDER="$owner ($(tr '\0' ' ' <"/proc/$owner/cmdline" 2>/dev/null || :)"
    HOLDER="${HOLDER% })"
  fi
}

package_await_lock() { # apt itself waits for some of its locks only
  local now begun deadline holder=
  read -r now _ </proc/uptime
  begun=${now%%.*}
  deadline=$((begun + LOCK_SECONDS))
  while package_lock_holder && [ -n "$HOLDER" ]; do
    read -r now _ </proc/uptime
    if [ "${now%%.*}" -ge "$deadline" ]; then
      fail "the package database was locked for $LOCK_SECONDS seconds by process $HOLDER"
    fi
    holder=$HOLDER
    sleep 1
  done
  if [ -n "$holder" ]; then
    read -r now _ </proc/uptime
    notice "waited $((${now%%.*} - begun)) s for the package database, which process $holder had locked"
  fi
}

package_full() { # [PATH...]: sets FULL to the fullest of where packages write and of these, where there is no room for a change of packages
  local path free size nodes all room least=4194304
  FULL=
  set -- / /usr /var/lib/dpkg /var/cache/apt/archives "$@"
  for path; do
    shift
    if [ -d "$R$path" ]; then set -- "$@" "$R$path"; fi
  done
  stat -f -c '%f %S %d %c %n' -- "$@" >"$WORK/room"
  while IFS=' ' read -r free size nodes all path; do
    room=$((free * size))
    if [ "$all" -gt 0 ] && [ "$nodes" -lt 100 ]; then room=0; fi
    if [ "$room" -lt "$least" ]; then
      least=$room
      FULL="${path#"$R"} has $((free * size / 1024)) KiB and $nodes files left"
    fi
  done <"$WORK/room"
}

package_room() { # a run that finds no room in the middle is as good as cut off
  package_full
  if [ -n "$FULL" ]; then fail "the disk is full, so no package was touched: $FULL"; fi
}

package_full_at() { # LINE: what apt or dpkg says of a full disk names the file that there was no room for
  local word
  # shellcheck disable=SC2086 # words of it
  set -- $1
  for word; do
    shift
    word=${word#\'}
    case $word in /*) set -- "$@" "${word%/*}" ;; esac
  done
  package_full "$@"
}

package_last_words() { # FILE: sets WORDS to what apt or dpkg says went wrong
  local line='' next=''
  WORDS=
  while IFS= read -r line; do
    case $line in
    'dpkg: error processing '*)
      IFS= read -r next || :
      line="E: ${line#dpkg: error processing } ${next# }"
      WORDS=
      ;;
    esac
    case $line in
    *'No space left on device'* | *"don't have enough free space"*)
      package_full_at "$line"
      WORDS="the disk is full: ${FULL:-${line#E: }}"
      return 0
      ;;
    'E: Sub-process '* | 'E: Failed to fetch '*) WORDS=${WORDS:-${line#E: }} ;;
    'E: '*) case $WORDS in '' | Sub-process*) WORDS=${line#E: } ;; esac ;;
    esac
  done <"$1"
}

package_sources() { # sets SOURCES to a checksum of apt's sources
  set +f
  set -- "$R"/etc/apt/sources.list "$R"/etc/apt/sources.list.d/*.list "$R"/etc/apt/sources.list.d/*.sources
  set -f
  SOURCES=$(cat -- "$@" 2>/dev/null | sha256sum)
  SOURCES=${SOURCES%% *}
}

package_source_of() { # TEXT: sets SOURCE_FILE to the file of the source that an error names
  local file line word
  SOURCE_FILE=
  set +f
  set -- "$1" "$R"/etc/apt/sources.list.d/*.sources "$R"/etc/apt/sources.list.d/*.list "$R"/etc/apt/sources.list
  set -f
  for file; do
    [ -f "$file" ] || continue
    while read -r line; do
      for word in $line; do
        case $word in
        *:/*) case $1 in *"${word%/}"*) SOURCE_FILE=${file#"$R"} ;; esac ;;
        esac
      done
    done <"$file"
    if [ -n "$SOURCE_FILE" ]; then return 0; fi
  done
}

package_update() { # fetches the lists; a source that is broken may not be one that we need, so it is only noted
  UPDATED=yes
  package_await_lock
  if package_fetching "$WORK/update" -o APT::Update::Error-Mode=any update; then
    printf '%s\n' "$SOURCES" >"$WORK/sources"
    put "$WORK/sources" "$STATE/packages/sources" 600 0 0
  else
    cat "$WORK/update"
    package_last_words "$WORK/update"
    package_source_of "$WORDS"
    BROKEN="; apt cannot read a source${SOURCE_FILE:+ of $SOURCE_FILE}: $WORDS"
  fi
}

# ---- one transaction

package_simulate() { # into $WORK/apt, as apt-get prints it with LC_ALL=C
  local name words=$INSTALL
  for name in $REMOVE; do words="$words $name-"; done
  package_apt --simulate --purge $ALLOW install $words >"$WORK/apt" 2>&1
}

package_refuse() { # lets the rows fail that apt cannot install and drops them; fails when it names none
  local line name left='' refused=' ' words="$INSTALL "
  while IFS= read -r line; do
    name=
    case $line in
    'E: Unable to locate package '*) name=${line##* } ;;
    "E: Version '"*"' for '"*) name=${line#*"' for '"} name=${name%%\'*} ;;
    "E: Package '"*"' has no installation candidate") name=${line#*\'} name=${name%%\'*} ;;
    ' '*' : '*) name=${line%% : *} name=${name# } ;;
    esac
    [ -n "$name" ] || continue
    case " $words" in
    *" $name "* | *" $name="*)
      case $refused in *" $name "*) continue ;; esac
      refused="$refused$name "
      package_key "$name"
      eval "line_id=\$ID_$KEY"
      line=${line#E: }
      fail_row "$line_id" "apt: ${line# }$BROKEN"
      ;;
    esac
  done <"$WORK/apt"
  cat "$WORK/apt"
  if [ "$refused" = ' ' ]; then
    package_last_words "$WORK/apt"
    fail "apt: $WORDS$BROKEN"
  fi
  for name in $INSTALL; do
    case $refused in *" ${name%%=*} "*) ;; *) left="$left $name" ;; esac
  done
  INSTALL=$left
}

package_unasked() { # [AGREED]: sets UNASKED to the packages that apt would remove although nobody wants that, and CAME_ALONG to those that come along
  local verb name old agreed="${1-$REMOVE} "
  UNASKED='' CAME_ALONG=''
  while read -r verb name old _; do
    case $verb:$old in
    Remv:* | Purg:*) case "$agreed" in *" $name "*) ;; *) UNASKED="$UNASKED $name" ;; esac ;;
    Inst:\[*) ;;
    Inst:*) case "$INSTALL " in *" $name "* | *" $name="*) ;; *) CAME_ALONG="$CAME_ALONG $name" ;; esac ;;
    esac
  done <"$WORK/apt"
}

package_taken_by() { # INSTALL REMOVE AGREED: sets UNASKED to what these alone would take with them
  INSTALL=$1 REMOVE=$2 UNASKED=
  if [ -n "$1$2" ] && package_simulate; then package_unasked "$3"; fi
}

package_blamed() { # NAME WHAT: lets its row fail for the packages in ONLY
  package_key "$1"
  eval "line_id=\$ID_$KEY"
  ONLY=${ONLY# }
  fail_row "$line_id" "$2 would remove $ONLY, which nobody asked for; to agree write \`{ name: ${ONLY%% *}, absent: true }\` under packages of base"
}

package_blame() { # lets the rows fail whose package would take another away, and drops them; fails when it is none of them alone
  local one left='' installs=$INSTALL removes=$REMOVE unasked=$UNASKED gone
  # What goes with those that are to be absent is not the doing of those that come in the same transaction.
  package_taken_by '' "$removes" "$removes"
  gone=$UNASKED
  package_only "$unasked" "$gone"
  if [ -n "$ONLY" ]; then
    for one in $removes; do
      package_taken_by '' " $one" "$removes"
      package_only "$UNASKED" "$unasked"
      if [ -n "$ONLY" ]; then package_blamed "$one" "the removal of $one"; else left="$left $one"; fi
    done
    INSTALL=$installs REMOVE=$left
    if [ "$left" != "$removes" ]; then return 0; fi
  else
    for one in $installs; do
      package_taken_by " $one" "$removes" "$removes"
      package_only "$UNASKED" "$unasked" "$gone"
      if [ -n "$ONLY" ]; then package_blamed "${one%%=*}" "${one%%=*}"; else left="$left $one"; fi
    done
    INSTALL=$left REMOVE=$removes
    if [ "$left" != "$installs" ]; then return 0; fi
  fi
  fail "apt would remove${unasked}, which nobody asked for; to agree write \`{ name: NAME, absent: true }\` under packages of base"
}

package_consent() { # nothing goes that is not wanted to go; what comes along is noted, so that it can go with ours
  package_unasked
  while [ -n "$UNASKED" ]; do
    package_blame
    if [ -z "$INSTALL$REMOVE" ]; then return 0; fi
    package_simulate || fail 'apt: what is left of the packages cannot be installed'
    package_unasked
  done
  if [ -n "$CAME_ALONG" ]; then package_list came "$CAME_ALONG" ''; fi
}

package_transaction() {
  local name words
  package_await_lock
  if [ -n "$INSTALL" ]; then package_room; fi
  package_policy
  package_repair
  package_sources
  read -r words 2>/dev/null <"$STATE/packages/sources" || words=
  if [ -n "$INSTALL" ] && [ "$words" != "$SOURCES" ]; then package_update; fi
  while ! package_simulate; do
    if [ -z "$UPDATED" ]; then package_update; else package_refuse; fi
    if [ -z "$INSTALL$REMOVE" ]; then return 0; fi
  done
  package_consent
  if [ -z "$INSTALL$REMOVE" ]; then return 0; fi
  words=$INSTALL
  for name in $REMOVE; do words="$words $name-"; done
  if package_fetching "$WORK/apt" --purge $ALLOW install $words; then return 0; fi
  if [ -z "$UPDATED" ] && package_has_fetch_error "$WORK/apt"; then
    # The lists are older than what the mirror has now.
    package_update
    if package_apt --purge $ALLOW install $words >"$WORK/apt" 2>&1; then return 0; fi
  fi
  cat "$WORK/apt"
  package_last_words "$WORK/apt"
  package_lock_holder
  case $WORDS in
  *'Could not get lock'* | *'Unable to '*lock*) WORDS="the package database is locked${HOLDER:+ by process $HOLDER}" ;;
  esac
  fail "apt: $WORDS$BROKEN"
}

# ---- packages must not start services that wait for their settings

package_managed() { # ID UNIT RESTART-DIGEST RELOAD-DIGEST ENABLED STATE...: a line for case
  if [ "$6" != leave ]; then printf "'%s' | '%s' | \\\\\n" "$2" "${2%.service}"; fi
}

package_policy() { # puts our policy-rc.d in place; it is asked by invoke-rc.d(8) and deb-systemd-invoke(1p)
  local policy=$R/usr/sbin/policy-rc.d
  if [ -e "$policy" ]; then put "$policy" "$STATE/packages/policy-rc.d" 755 0 0; fi
  {
    printf '#!/bin/sh\n# Made by bramble, for the time of one apt transaction\n'
    printf 'while :; do case $1 in -*) shift ;; *) break ;; esac; done\n'
    if [ -n "$R" ]; then printf 'exit 101\n'; fi
    printf 'case $1 in\n'
    if command -v rows_service_all >/dev/null; then rows_service_all package_managed; fi
    printf "'') case \$2 in *start*)\n"
    printf '  for unit in "$1" "$1.service"; do\n'
    printf '    if systemctl is-active --quiet -- "$unit"; then mkdir -p %s; : >%s/"$unit.stale"; fi\n' \
      "$STATE/services" "$STATE/services"
    printf '  done\n  exit 101 ;;\nesac ;;\nesac\n'
    printf 'if [ -x %s ]; then exec %s "$@"; fi\nexit 0\n' "$STATE/packages/policy-rc.d" "$STATE/packages/policy-rc.d"
  } >"$WORK/policy"
  put "$WORK/policy" "$policy" 755 0 0
  trap package_policy_away EXIT
}

package_policy_away() { # also after a run that was cut off
  local policy=$R/usr/sbin/policy-rc.d
  if ! package_is_ours "$policy"; then return 0; fi
  if [ -e "$STATE/packages/policy-rc.d" ]; then
    put "$STATE/packages/policy-rc.d" "$policy" 755 0 0
    rm -f "$STATE/packages/policy-rc.d"
  else
    rm -f "$policy"
  fi
}
