# shellcheck shell=sh disable=SC2034,SC2153,SC2154
# Kind service, what is in force for a unit besides our files: drop-ins and unit files of others (systemd.unit(5), "Unit File
# Load Path"). No process is started for it. $STATE/services/UNIT.masks: links to /dev/null that we made.

service_foreign() { # UNIT: sets FOREIGN to the paths, one a line; with FRAGMENT and DROP_INS of a unit that is loaded
  local unit=$1 folder path drop_ins=$DROP_INS
  FOREIGN=
  # A drop-in for all units of a type counts when an administrator wrote it; those of a container's host are its own affair.
  for folder in etc/systemd/system.control/"$unit" run/systemd/system.control/"$unit" etc/systemd/system/"$unit" \
    run/systemd/system/"$unit" usr/local/lib/systemd/system/"$unit" usr/lib/systemd/system/"$unit" \
    etc/systemd/system/"${unit##*.}"; do
    for path in "$R/$folder.d"/*.conf; do
      if [ -e "$path" ] || [ -L "$path" ]; then service_foreign_drop_in "$unit" "$path"; fi
    done
  done
  set -f
  # shellcheck disable=SC2086 # one word a path
  set -- $drop_ins
  set +f
  for path; do
    case $path in
    /run/systemd/system/"${unit##*.}".d/* | /usr/lib/systemd/system/"${unit##*.}".d/*) ;;
    *) if [ -e "$path" ]; then service_foreign_drop_in "$unit" "$path"; fi ;;
    esac
  done
  path=/etc/systemd/system/$unit
  if [ -n "$FRAGMENT" ] && [ "$FRAGMENT" != "$path" ] && [ -f "$path" ] && [ ! "$FRAGMENT" -ef "$path" ]; then
    FOREIGN=$FOREIGN$FRAGMENT$NL
  fi
}

service_foreign_drop_in() { # UNIT PATH
  local mask=$R/etc/systemd/system/$1.d/${2##*/}
  case $NL$FOREIGN in *"$NL$2$NL"*) return 0 ;; esac
  # A name that leads to nowhere turns off the same name in all other folders.
  if [ "$2" -ef /dev/null ] || [ "$mask" -ef /dev/null ] || foreign_is_ours "${2#"$R"}"; then return 0; fi
  FOREIGN=$FOREIGN$2$NL
}

service_aside() { # UNIT
  local unit=$1 path name
  mkdir -p "$STATE/services"
  if [ -z "$R" ]; then
    : >"$STATE/services/$unit.stale"
    service_look "$unit"
  fi
  service_foreign "$unit"
  printf '%s' "$FOREIGN" >"$WORK/foreign"
  while IFS= read -r path; do
    name=${path##*/}
    case $path in
    "$R/etc/systemd/system/$unit.d"/* | "$R"/*/systemd/system.control/*) foreign_aside "$path" ;;
    *.d/*)
      mkdir -p "$R/etc/systemd/system/$unit.d"
      printf '%s\n' "$name" >>"$STATE/services/$unit.masks"
      ln -s /dev/null "$R/etc/systemd/system/$unit.d/$name"
      ;;
    esac
  done <"$WORK/foreign"
  # What was read before this is old.
  rm -f "$WORK/reloaded"
}

service_foreign_back() { # UNIT
  local folder name
  if [ -f "$STATE/services/$1.masks" ]; then
    while IFS= read -r name; do
      if [ -L "$R/etc/systemd/system/$1.d/$name" ]; then rm -f "$R/etc/systemd/system/$1.d/$name"; fi
    done <"$STATE/services/$1.masks"
    rm -f "$STATE/services/$1.masks"
    rmdir "$R/etc/systemd/system/$1.d" 2>/dev/null || :
  fi
  for folder in etc/systemd/system/"$1".d etc/systemd/system.control/"$1".d run/systemd/system.control/"$1".d \
    etc/systemd/system.control run/systemd/system.control; do
    foreign_back "$R/$folder"
  done
}
