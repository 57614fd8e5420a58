# shellcheck shell=sh disable=SC2034,SC2153,SC2154
# Kind service, what it does to a unit, and how it is put back.

service_before() { # ID UNIT...
  eval "printf '%s\n' \"\$B_$1\""
}

service_enable() { # UNIT yes|no|masked WAS
  case $2:$3 in
  yes:masked* | no:masked*) systemctl ${R:+"--root=$R"} unmask -- "$1" ;;
  esac
  if [ "$2:$3" = yes:absent ]; then fail "there is no unit $1"; fi
  case $2 in
  yes) systemctl ${R:+"--root=$R"} enable -- "$1" ;;
  no) systemctl ${R:+"--root=$R"} disable -- "$1" ;;
  masked) systemctl ${R:+"--root=$R"} mask -- "$1" ;;
  esac
}

service_read_units() { # once a batch
  if [ ! -e "$WORK/reloaded" ]; then
    systemctl daemon-reload
    : >"$WORK/reloaded"
  fi
}

service_look() { # UNIT: as service_read, of one unit
  systemctl show --property="$SERVICE_PROPERTIES" -- "$1" >"$WORK/unit"
  service_read 3<"$WORK/unit"
}

service_note() { # UNIT RESTART-DIGEST RELOAD-DIGEST INVOCATION STEP
  mkdir -p "$STATE/services"
  printf '%s %s %s %s %s\n' "$2" "$3" "$BOOT_ID" "${4:--}" "$5" >"$WORK/note"
  put "$WORK/note" "$STATE/services/$1" 600 0 0
}

service_explain() { # UNIT WHAT: fails with systemd's word on the unit; the report ends with its journal
  local line active='' process=''
  systemctl status --no-pager --full --lines=0 -- "$1" >"$WORK/status" 2>&1 || :
  while read -r line; do
    case $line in
    Active:\ *) active=${line#Active: } ;;
    *\(code=*status=[1-9]*) process=", ${line##*(}" ;;
    *\(code=*) process=${process:-", ${line##*(}"} ;;
    esac
  done <"$WORK/status"
  journalctl --unit="$1" --lines=20 --no-pager --quiet --output=short-iso --no-hostname 2>&1 || :
  process=${process%)}
  fail "$1 $2: ${active%% since *}$process"
}

service_await() { # UNIT: until it is active and still is at a second look
  local now deadline seen=''
  read -r now _ </proc/uptime
  deadline=$((${now%%.*} + 30))
  while :; do
    service_look "$1"
    service_state "$ACTIVE" "$SUB"
    case $IS in
    running)
      if [ "$seen" = "${INVOCATION:-none}" ]; then return 0; fi
      seen=${INVOCATION:-none}
      ;;
    failed | stopped) service_explain "$1" 'did not stay up' ;;
    *) seen= ;;
    esac
    read -r now _ </proc/uptime
    if [ "${now%%.*}" -ge "$deadline" ]; then service_explain "$1" 'does not come up'; fi
    sleep 0.5 2>/dev/null || sleep 1
  done
}

service_step() { # start|restart|reload-or-restart UNIT RESTART-DIGEST RELOAD-DIGEST tracked|plain
  local step=restart
  if [ "$1" = reload-or-restart ]; then step=reload; fi
  service_look "$2"
  if [ "$5" = tracked ]; then service_note "$2" "$3" "$4" "$INVOCATION" "$step"; fi
  if [ "$ACTIVE" = failed ]; then systemctl reset-failed -- "$2"; fi
  systemctl "$1" -- "$2" || service_explain "$2" "did not ${1%-or-restart}"
  service_await "$2"
  if [ "$5" = tracked ]; then service_note "$2" "$3" "$4" "$INVOCATION" 'done'; fi
  rm -f "$STATE/services/$2.stale"
}

service_converge() { # ID UNIT RESTART-DIGEST RELOAD-DIGEST ENABLED STATE tracked|plain boot|now units|- own|other
  local id=$1 unit=$2 step steps was
  eval "steps=\$D_$id was=\$B_$id"
  # NeedDaemonReload does not tell of a new drop-in before systemd 254, and a restart would then pass it over.
  if [ "$9" = units ]; then steps="units $steps"; fi
  for step in $steps; do
    case $step in
    aside) service_aside "$unit" ;;
    units) if [ -z "$R" ]; then service_read_units; fi ;;
    enable) service_enable "$unit" "$5" "${was%% *}" ;;
    running) service_step start "$unit" "$3" "$4" "$7" ;;
    restart) service_step restart "$unit" "$3" "$4" "$7" ;;
    reload) service_step reload-or-restart "$unit" "$3" "$4" "$7" ;;
    note)
      service_look "$unit"
      service_note "$unit" "$3" "$4" "$INVOCATION" restart
      rm -f "$STATE/services/$unit.stale"
      ;;
    stopped)
      systemctl stop -- "$unit"
      rm -f "$STATE/services/$unit" "$STATE/services/$unit.stale"
      ;;
    esac
  done
}

# ---- putting back

service_package_leaves() { # after service_look: does the package that brought the unit leave in this run?
  local id kind name before
  [ -f "$WORK/orphans" ] || return 1
  while IFS=$TAB read -r id kind name before; do
    if [ "$kind $before" != 'package absent' ]; then continue; fi
    # Folders were joined under /usr after some packages were built.
    if grep -qsxF -e "$FRAGMENT" -e "${FRAGMENT#/usr}" "/var/lib/dpkg/info/$name.list"; then return 0; fi
  done <"$WORK/orphans"
  return 1
}

service_remove() { # UNIT BEFORE
  local enabled=${2%% *} active=${2##* }
  service_foreign_back "$1"
  if [ -n "$R" ]; then
    service_file_in_root "$1"
    active=active
  else
    service_look "$1"
    if [ "$LOADED" = not-found ]; then
      active=active
    elif service_package_leaves; then
      # The package had started it by itself; it would hold what leaves before the package, such as the disk that it works on.
      active=inactive
    fi
    # What it reads is put back after this; service_settle then makes it read that.
    if [ -f "$STATE/services/$1" ]; then mv -f "$STATE/services/$1" "$STATE/services/$1.stale"; fi
  fi
  case $FILE in
  '' | "$enabled") ;;
  *)
    case $enabled in
    enabled*) service_enable "$1" yes "$FILE" ;;
    masked*)
      service_enable "$1" no "$FILE"
      service_enable "$1" masked "$FILE"
      ;;
    *) service_enable "$1" no "$FILE" ;;
    esac
    ;;
  esac
  case $active in
  active | reloading | activating) ;;
  *) systemctl stop -- "$1" ;;
  esac
}

service_settle() { # UNIT BEFORE: the files are back
  if [ -n "$R" ]; then return 0; fi
  service_read_units
  service_look "$1"
  if [ "$LOADED" = not-found ]; then
    # Its package has left in the same run.
    rm -f "$STATE/services/$1.stale"
    return 0
  fi
  if [ -e "$STATE/services/$1.stale" ]; then
    case $2 in
    *' active' | *' reloading' | *' activating')
      systemctl restart -- "$1" || service_explain "$1" 'did not restart'
      service_await "$1"
      ;;
    esac
    rm -f "$STATE/services/$1.stale"
    return 0
  fi
  # It ran before it was to be stopped.
  case $2 in *' active') ;; *) return 0 ;; esac
  case $LOADED:$ACTIVE in
  loaded:inactive)
    systemctl start -- "$1" || service_explain "$1" 'did not start'
    service_await "$1"
    ;;
  esac
}
