# shellcheck shell=sh disable=SC2154,SC2034
# Kind service. Columns: ID UNIT RESTART-DIGEST RELOAD-DIGEST yes|no|masked|leave running|stopped|leave tracked|plain boot|now
# units|- own|other reloads|- others|-. `own`: we write its unit file, so nothing but that file and our drop-ins are to count.
# `others`: nobody here writes its unit file, so a plan says what an apply could not make so.
# A check starts one systemctl, however many units there are; in another root it starts nothing.
#
# $STATE/services/UNIT says what a unit was started with: RESTART-DIGEST RELOAD-DIGEST BOOT-ID INVOCATION-ID STEP. STEP is
# `restart` or `reload` until that is done, then `done`. It is written before the step, with the invocation that the
# step is going to end: a unit that was started since, by whomever, has read what was there at that time.
# $STATE/services/UNIT.stale: a package wanted to restart the unit and was held back (see the kind package).

SERVICE_PROPERTIES=LoadState,ActiveState,SubState,UnitFileState,InvocationID,NeedDaemonReload,FragmentPath,DropInPaths,WantedBy,RequiredBy

service_name() { # ID UNIT...: names of units hold neither a blank nor a quote
  NAMES="$NAMES $2"
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
  LOADED='' ACTIVE='' SUB='' FILE='' INVOCATION='' RELOAD='' FRAGMENT='' DROP_INS='' PULLED=''
  while IFS='=' read -r key value <&3; do
    case $key in
    '') return 0 ;;
    LoadState) LOADED=$value ;;
    ActiveState) ACTIVE=$value ;;
    SubState) SUB=$value ;;
    UnitFileState) FILE=$value ;;
    InvocationID) INVOCATION=$value ;;
    NeedDaemonReload) RELOAD=$value ;;
    FragmentPath) FRAGMENT=$value ;;
    DropInPaths) DROP_INS=$value ;;
    WantedBy | RequiredBy) PULLED=$PULLED$value ;;
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

service_touched() { # ID: true when something that the unit reads is not as wanted, or was not and this run or a cut-off one has mended it
  local need
  eval "set -- \${N_$1-}"
  for need; do
    case " $TOUCHED " in *" $need "*) return 0 ;; esac
    if is_marked "$need" differs; then return 0; fi
  done
  return 1
}

service_due() { # UNIT RESTART-DIGEST RELOAD-DIGEST tracked|plain INVOCATION ID reloads|-: sets DUE and NOTED for a unit that runs
  local restart='' reload='' boot='' invocation='' step='' others=''
  DUE='' NOTED=
  if [ -f "$STATE/services/$1" ]; then
    IFS=' ' read -r restart reload boot invocation step <"$STATE/services/$1" || :
  fi
  # Who has started it since, a reboot among them, let it read what was there at that time.
  if [ "$boot $invocation" != "$BOOT_ID $5" ]; then step='done' others=yes; fi
  if [ -e "$STATE/services/$1.stale" ] || [ -n "$FOREIGN" ]; then
    DUE=restart
  elif [ "$4" = plain ]; then
    return 0
  elif [ "$restart" != "$2" ] || [ "$step" = restart ]; then
    DUE=restart
    if [ "$restart" = "$2" ]; then NOTED=yes; fi
  elif [ "$reload" != "$3" ] || [ "$step" = reload ]; then
    DUE=reload
  elif [ "$others$7" != - ] && service_touched "$6"; then
    if [ -n "$others" ]; then DUE=restart; else DUE=reload; fi
  fi
}

service_may_come() { # something that brings units is yet to be made
  case $PENDING in *' package '* | *' file '* | *' link '* | *' command '*) return 0 ;; esac
  return 1
}

service_brought() { # ID UNIT: says what keeps a unit that others bring from running, now and after each boot
  if [ "$MODE" != check ] || service_may_come; then return 0; fi
  case $LOADED:$FILE in
  not-found:*) obstacle "$1" "there is no unit $2 on this node" 'install the package that brings it, or write its unit file with the role units' ;;
  loaded:static)
    [ -n "$PULLED" ] || obstacle "$1" "$2 has no [Install] section: it would run now and not after a boot" \
      'name the timer or socket that starts it, or give it an [Install] section with the role units'
    ;;
  bad-setting:* | error:*) obstacle "$1" "systemd cannot read $2" "look at it with  systemd-analyze verify $2" ;;
  esac
}

service_compare() { # ID UNIT RESTART-DIGEST RELOAD-DIGEST ENABLED STATE tracked|plain boot|now units|- own|other reloads|- others|-
  local id=$1
  service_read
  eval "B_$id=\"\${FILE:-disabled} \$ACTIVE\" D_$id="
  service_compare_effective "$id" "$2" "${10}"
  case " ${STALE_UNITS-} " in *" $2 "*) FOREIGN=yes ;; esac
  if [ "${12}" = others ]; then service_brought "$id" "$2"; fi
  if [ "$LOADED" = not-found ]; then
    eval "B_$id=absent"
    if [ "$5" = yes ] || [ "$6" = running ]; then
      eval "D_$id=\"\$D_$id units enable \$6\""
      creates "$id"
      return 0
    fi
  fi
  if [ "$RELOAD" = yes ]; then
    eval "D_$id=\"\$D_$id units\""
    differs "$id" 'unit file' 'not read' read
  fi
  service_compare_enabled "$id" "$5"
  service_state "$ACTIVE" "$SUB"
  if [ "$IS" = running ]; then
    if [ "$6" != stopped ]; then
      service_due "$2" "$3" "$4" "$7" "$INVOCATION" "$id" "${11}"
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

service_compare_effective() { # ID UNIT own|other: sets FOREIGN when something else than ours is in force
  local path
  FOREIGN=
  [ "$3" = own ] || return 0
  service_foreign "$2"
  [ -n "$FOREIGN" ] || return 0
  eval "D_$1='aside units'"
  printf '%s' "$FOREIGN" >"$WORK/foreign"
  while IFS= read -r path; do
    case $path in
    *.d/*)
      foreign_settings "$path"
      differs "$1" "${path#"$R"}" "in force${SETTINGS:+: $SETTINGS}" 'set aside'
      ;;
    *) differs "$1" 'unit file' "${path#"$R"}" "/etc/systemd/system/$2" ;;
    esac
  done <"$WORK/foreign"
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
    foreign_own
    "$ROWS" service_compare_root
    return 0
  fi
  read -r BOOT_ID </proc/sys/kernel/random/boot_id
  TOUCHED=
  if [ -f "$RUN/touched" ] && [ "$MARK" = S ]; then read -r TOUCHED <"$RUN/touched" || :; fi
  if [ -e "$WORK/reloaded" ]; then rm -f "$WORK/reloaded"; fi
  NAMES=
  foreign_own
  "$ROWS" service_name
  set -f
  # shellcheck disable=SC2086 # one word a name
  systemctl show --property="$SERVICE_PROPERTIES" -- $NAMES >"$WORK/units"
  set +f
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

service_compare_root() { # ID UNIT RESTART-DIGEST RELOAD-DIGEST ENABLED STATE tracked|plain boot|now units|- own|other
  service_file_in_root "$2"
  FRAGMENT='' DROP_INS=''
  eval "B_$1=\"\${FILE:-absent} inactive\" D_$1="
  service_compare_effective "$1" "$2" "${10}"
  if [ -z "$FILE" ] && [ "$5" = yes ]; then
    eval "D_$1=\"\$D_$1 enable\""
  fi
  if [ -z "$FILE" ] && [ "$5" = yes ]; then
    creates "$1"
  else
    service_compare_enabled "$1" "$5"
  fi
}
