# shellcheck shell=sh disable=SC2154,SC2034
# Kind reboot. Columns: ID NAME required|- kernel|- [WORD...]
# A check starts at most one process. In a plan what is due differs; in a converge it sets REBOOT, which the last line reports.

reboot_is_newer() { # VERSION OTHER: true when OTHER is newer; numbers are compared one by one (6.12.25 < 6.12.34-1)
  local one=$1 other=$2 a b
  while [ -n "$one$other" ]; do
    a=${one%%[!0-9]*}
    b=${other%%[!0-9]*}
    # A leading zero would make it octal.
    while [ "$a" != "${a#0}" ]; do a=${a#0}; done
    while [ "$b" != "${b#0}" ]; do b=${b#0}; done
    if [ "${a:-0}" -lt "${b:-0}" ]; then return 0; fi
    if [ "${a:-0}" -gt "${b:-0}" ]; then return 1; fi
    one=${one#"${one%%[!0-9]*}"}
    one=${one#"${one%%[0-9]*}"}
    other=${other#"${other%%[!0-9]*}"}
    other=${other#"${other%%[0-9]*}"}
  done
  return 1
}

reboot_newest_kernel() { # RELEASE: sets NEWEST to the newest installed kernel of its flavour
  local release=$1 flavour folder version
  NEWEST=$release
  # 6.1.0-34-amd64 is version 6.1.0-34- and flavour amd64; 6.12.25+rpt-rpi-v8 is 6.12.25+ and rpt-rpi-v8.
  flavour=${release#"${release%%[a-zA-Z]*}"}
  for folder in "$R"/lib/modules/*/kernel; do
    [ -d "$folder" ] || continue
    folder=${folder%/kernel}
    version=${folder##*/}
    if [ "${version#"${version%%[a-zA-Z]*}"}" = "$flavour" ] &&
      reboot_is_newer "${NEWEST%%[a-zA-Z]*}" "${version%%[a-zA-Z]*}"; then
      NEWEST=$version
    fi
  done
}

reboot_lacks_modules() { # RELEASE: true when kernels have modules here, and this one has none: nothing can be loaded any more
  local folder
  if [ -d "$R/lib/modules/$1" ]; then return 1; fi
  for folder in "$R"/lib/modules/*/kernel; do if [ -d "$folder" ]; then return 0; fi; done
  return 1
}

reboot_lacking() { # WORD...: sets LACKING to the words that the running kernel was started without
  local line=' ' word
  LACKING=
  if [ -r "$R/proc/cmdline" ]; then read -r line <"$R/proc/cmdline" || :; fi
  for word; do
    case " $line " in
    *" $word "*) ;;
    *) LACKING="${LACKING:+$LACKING }$word" ;;
    esac
  done
}

reboot_due() { # ID FIELD IS WANTED
  if [ "$MODE" = check ]; then
    differs "$@"
  elif needs_met "$1"; then
    REBOOT=reboot
  fi
}

reboot_in_vain() { # ID FILE PROMISE: true when the node was asked to start anew for the same before and has done so
  local boot='' asked_boot='' asked='' file=$STATE/reboots/$2
  if [ -r "$R/proc/sys/kernel/random/boot_id" ]; then read -r boot <"$R/proc/sys/kernel/random/boot_id" || :; fi
  if [ -f "$file" ]; then IFS=' ' read -r asked_boot asked <"$file" || :; fi
  if [ "$asked" = "$3" ] && [ "$asked_boot" != "$boot" ]; then return 0; fi
  if [ "$MODE" = converge ] && [ "$asked" != "$3" ] && needs_met "$1"; then
    mkdir -p "$STATE/reboots"
    printf '%s %s\n' "$boot" "$3" >"$WORK/reboot"
    put "$WORK/reboot" "$file" 600 0 0
  fi
  return 1
}

reboot_compare() { # ID NAME required|- kernel|- [WORD...]
  local id=$1 required=$3 kernel=$4 running=''
  shift 4
  if [ "$required" = required ] && [ -e "$R/run/reboot-required" ]; then
    reboot_due "$id" reason '/run/reboot-required is there' 'it is not'
  fi
  if [ -e "$R/run/systemd/container" ]; then return 0; fi
  if [ -r "$R/proc/sys/kernel/osrelease" ]; then read -r running <"$R/proc/sys/kernel/osrelease" || :; fi
  if [ "$kernel" = kernel ] && [ -n "$running" ]; then
    reboot_newest_kernel "$running"
    if [ "$NEWEST" != "$running" ]; then
      if reboot_in_vain "$id" "$id.kernel" "$running $NEWEST"; then
        differs "$id" kernel "$running, also after it was started anew for $NEWEST" "$NEWEST"
      else
        reboot_due "$id" kernel "$running" "$NEWEST"
      fi
    elif reboot_lacks_modules "$running"; then
      reboot_due "$id" modules "those of $running, which runs, are gone" 'those of the kernel that runs'
    elif [ "$MODE" = converge ] && [ -f "$STATE/reboots/$id.kernel" ]; then
      rm -f "$STATE/reboots/$id.kernel"
    fi
  fi
  if [ $# = 0 ] || [ ! -r "$R/proc/cmdline" ]; then return 0; fi
  reboot_lacking "$@"
  if [ -z "$LACKING" ]; then
    if [ "$MODE" = converge ] && [ -f "$STATE/reboots/$id" ]; then rm -f "$STATE/reboots/$id"; fi
    return 0
  fi
  if reboot_in_vain "$id" "$id" "$LACKING"; then
    differs "$id" 'command line' "started anew without $LACKING" "with $LACKING"
  else
    reboot_due "$id" 'command line' "without $LACKING" "with $LACKING"
  fi
}

reboot_check() {
  "$ROWS" reboot_compare
}

reboot_before() {
  printf 'absent\n'
}

reboot_converge() { # ID NAME required|- kernel|- [WORD...]; only called after a reboot in vain
  local id=$1 running=''
  if [ "$4" = kernel ] && [ -r "$R/proc/sys/kernel/osrelease" ] && [ -f "$STATE/reboots/$id.kernel" ]; then
    read -r running <"$R/proc/sys/kernel/osrelease" || :
    reboot_newest_kernel "$running"
    if [ "$NEWEST" != "$running" ]; then
      rm -f "$STATE/reboots/$id.kernel"
      fail "the node was started anew for the kernel $NEWEST and still runs $running: look at what its boot loader takes; nothing else is started anew"
    fi
  fi
  rm -f "$STATE/reboots/$id"
  shift 4
  reboot_lacking "$@"
  fail "the node was started anew and its kernel still lacks: $LACKING"
}

reboot_remove() { # NAME BEFORE
  :
}
