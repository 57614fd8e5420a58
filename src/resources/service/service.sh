# shellcheck shell=sh disable=SC2154,SC2034
# Kind service. Columns: ID UNIT RESTART-DIGEST RELOAD-DIGEST yes|no|masked|leave running|stopped|leave tracked|plain boot|now
# A check starts one systemctl, however many units there are; in another root it starts nothing.
#
# $STATE/services/UNIT says what a unit was started with: RESTART-DIGEST RELOAD-DIGEST BOOT-ID INVOCATION-ID STEP. STEP is
# `restart` or `reload` until that is done, then `done`. It is written before the step, with the invocation that the
# step is going to end: a unit that was started since, by whomever, has read what was there at that time.
# $STATE/services/UNIT.stale: a package wanted to restart the unit and was held back (see the kind package).

service_name() { # ID UNIT...
  printf '%s\0' "$2"
}

service_state() { # ACTIVE SUB: sets IS to our word for it
  case $1:$2 in
  active:* | reloading:* | refreshing:*) IS=running ;;
  inactive:*) IS=stopped ;;
  activating:auto-restart*) IS=restarting ;;
  activating:*) IS=starting ;;
  deactivating:*) IS=stopping ;;
  *) IS=$1 ;;
  esac
}

service_read() { # reads one block of `systemctl show` from fd 3 into LOADED ACTIVE SUB FILE INVOCATION RELOAD
  local key value
  LOADED='' ACTIVE='' SUB='' FILE='' INVOCATION='' RELOAD=''
  while IFS='=' read -r key value <&3; do
    case $key in
    '') return 0 ;;
    LoadState) LOADED=$value ;;
    ActiveState) ACTIVE=$value ;;
    SubState) SUB=$value ;;
    UnitFileState) FILE=$value ;;
    InvocationID) INVOCATION=$value ;;
    NeedDaemonReload) RELOAD=$value ;;
    esac
  done
}

service_enabled() { # WANTED: sets IS and WANTED when the unit is not enabled as wanted, else empties IS
  IS=${FILE:-disabled}
  case $1:$IS in
  leave:* | masked:masked | no:masked-runtime) IS= ;;
  # What has no [Install] section of its own cannot be enabled and needs not be.
  yes:enabled | yes:static | yes:alias | yes:indirect | yes:generated | yes:transient) IS= ;;
  no:enabled | no:enabled-runtime | no:masked) ;;
  no:*) IS= ;;
  esac
  case $1 in
  yes) WANTED=enabled ;;
  no) WANTED=disabled ;;
  *) WANTED=$1 ;;
  esac
}

service_due() { # UNIT RESTART-DIGEST RELOAD-DIGEST tracked|plain INVOCATION: sets DUE and NOTED for a unit that runs
  local restart='' reload='' boot='' invocation='' step=''
  DUE='' NOTED=
  if [ -f "$STATE/services/$1" ]; then
    IFS=' ' read -r restart reload boot invocation step <"$STATE/services/$1" || :
  fi
  if [ "$boot $invocation" != "$BOOT_ID $5" ]; then step='done'; fi
  if [ -e "$STATE/services/$1.stale" ]; then
    DUE=restart
  elif [ "$4" = plain ]; then
    return 0
  elif [ "$restart" != "$2" ] || [ "$step" = restart ]; then
    DUE=restart
    if [ "$restart" = "$2" ]; then NOTED=yes; fi
  elif [ "$reload" != "$3" ] || [ "$step" = reload ]; then
    DUE=reload
  fi
}

service_compare() { # ID UNIT RESTART-DIGEST RELOAD-DIGEST ENABLED STATE tracked|plain boot|now
  local id=$1
  service_read
  eval "B_$id=\"\${FILE:-disabled} \$ACTIVE\" D_$id="
  if [ "$LOADED" = not-found ]; then
    eval "B_$id=absent"
    if [ "$5" = yes ] || [ "$6" = running ]; then
      eval "D_$id=\"units enable \$6\""
      creates "$id"
      return 0
    fi
  fi
  if [ "$RELOAD" = yes ]; then
    eval "D_$id=units"
    differs "$id" 'unit file' 'not read' read
  fi
  service_compare_enabled "$id" "$5"
  service_state "$ACTIVE" "$SUB"
  if [ "$IS" = running ]; then
    if [ "$6" != stopped ]; then
      service_due "$2" "$3" "$4" "$7" "$INVOCATION"
      service_compare_due "$id" "$8"
      return 0
    fi
  elif [ "$6" = leave ] || [ "$6:$IS" = stopped:stopped ] || [ "$6:$IS" = stopped:failed ]; then
    return 0
  fi
  # systemd leaves a unit that waits for its next automatic start waiting, whoever asks for a start.
  if [ "$6:$IS" = running:restarting ]; then DUE=restart; else DUE=$6; fi
  eval "D_$id=\"\$D_$id \$DUE\""
  differs "$id" state "$IS" "$6"
}

service_compare_enabled() { # ID yes|no|masked|leave
  service_enabled "$2"
  if [ -n "$IS" ]; then
    eval "D_$1=\"\$D_$1 enable\""
    differs "$1" enabled "$IS" "$WANTED"
  fi
}

service_compare_due() { # ID boot|now; with DUE and NOTED
  if [ "$2$DUE" = bootrestart ]; then
    if [ "$MODE$NOTED" = convergeyes ]; then
      if needs_met "$1"; then REBOOT=reboot; fi
      return 0
    fi
    DUE=note
  fi
  eval "D_$1=\"\$D_$1 \$DUE\""
  case $DUE in
  restart) differs "$1" configuration 'started with another' 'as wanted' ;;
  reload) differs "$1" configuration 'has read another' 'as wanted' ;;
  note) differs "$1" configuration 'started with another' 'as wanted after a reboot' ;;
  esac
}

service_check() {
  BOOT_ID=
  if [ -n "$R" ]; then
    "$ROWS" service_compare_root
    return 0
  fi
  read -r BOOT_ID </proc/sys/kernel/random/boot_id
  rm -f "$WORK/reloaded"
  "$ROWS" service_name >"$WORK/names"
  xargs -0 systemctl show \
    --property=Id,LoadState,ActiveState,SubState,UnitFileState,InvocationID,NeedDaemonReload -- \
    <"$WORK/names" >"$WORK/units"
  "$ROWS" service_compare 3<"$WORK/units"
}

# ---- another root: nothing runs there, so links tell what is enabled

service_unit_file() { # UNIT: sets UNIT_FILE to its path, empty when there is none
  local unit=$1 template=$1 folder
  case $unit in *@*.*) template=${unit%%@*}@.${unit##*.} ;; esac
  for folder in etc/systemd/system usr/local/lib/systemd/system usr/lib/systemd/system lib/systemd/system; do
    for UNIT_FILE in "$R/$folder/$unit" "$R/$folder/$template"; do
      if [ -f "$UNIT_FILE" ]; then return 0; fi
    done
  done
  UNIT_FILE=
}

service_file_in_root() { # UNIT: sets FILE as UnitFileState has it, empty when there is no such unit
  local unit=$1 line='' links='' link
  FILE=
  if [ -c "$R/etc/systemd/system/$unit" ]; then
    FILE=masked
    return 0
  fi
  service_unit_file "$unit"
  if [ -z "$UNIT_FILE" ]; then return 0; fi
  FILE=static
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
    WantedBy=?* | RequiredBy=?* | UpheldBy=?*) FILE=disabled ;;
    Alias=?*)
      FILE=disabled
      links="$links ${line#Alias=}"
      ;;
    esac
  done <"$UNIT_FILE"
  for link in "$R"/etc/systemd/system/*.wants/"$unit" "$R"/etc/systemd/system/*.requires/"$unit"; do
    if [ -L "$link" ]; then FILE=enabled; fi
  done
  for link in $links; do
    if [ -L "$R/etc/systemd/system/$link" ]; then FILE=enabled; fi
  done
}

service_compare_root() { # ID UNIT RESTART-DIGEST RELOAD-DIGEST ENABLED STATE tracked|plain boot|now
  service_file_in_root "$2"
  eval "B_$1=\"\${FILE:-absent} inactive\" D_$1=enable"
  if [ -z "$FILE" ] && [ "$5" = yes ]; then
    creates "$1"
  else
    service_compare_enabled "$1" "$5"
  fi
}

# ---- carrying out

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
  systemctl show --property=LoadState,ActiveState,SubState,UnitFileState,InvocationID,NeedDaemonReload -- "$1" \
    >"$WORK/unit"
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

service_converge() { # ID UNIT RESTART-DIGEST RELOAD-DIGEST ENABLED STATE tracked|plain boot|now
  local id=$1 unit=$2 step steps was
  eval "steps=\$D_$id was=\$B_$id"
  for step in $steps; do
    case $step in
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

service_remove() { # UNIT BEFORE
  local enabled=${2%% *} active=${2##* }
  if [ -n "$R" ]; then
    service_file_in_root "$1"
    active=active
  else
    service_look "$1"
    if [ "$LOADED" = not-found ]; then active=active; fi
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
  if [ -e "$STATE/services/$1.stale" ]; then
    case $2 in
    *' active' | *' reloading' | *' activating')
      systemctl restart -- "$1" || service_explain "$1" 'did not restart'
      service_await "$1"
      ;;
    esac
    rm -f "$STATE/services/$1.stale"
  fi
}
