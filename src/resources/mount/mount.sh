# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# Kind mount. Columns: ID PATH present|absent TARGET SOURCE TYPE OPTIONS PASS mounted|listed VISIBLE-OPTIONS
# VISIBLE-OPTIONS are split into words; TARGET and SOURCE are escaped as in fstab(5).
# A check reads /etc/fstab and /proc/self/mountinfo and starts no process.

mount_note() { # ID PATH STATE TARGET...
  MOUNT_WANTED=$MOUNT_WANTED$4$NL
}

mount_read() { # sets MOUNT_LISTED and MOUNT_LIVE: a line for each wanted target that is there; MOUNT_TWICE: targets with more than one line in fstab
  local source target type options dump pass rest
  MOUNT_LISTED=$NL MOUNT_LIVE=$NL MOUNT_TWICE=$NL
  if [ -f "$R/etc/fstab" ]; then
    while read -r source target type options dump pass rest || [ -n "$source" ]; do
      case $source in '' | '#'*) continue ;; esac
      case $MOUNT_LISTED in *"$NL$target "*) MOUNT_TWICE=$MOUNT_TWICE$target$NL ;; esac
      case $MOUNT_WANTED in
      *"$NL$target$NL"*) MOUNT_LISTED="$NL$target $source $type $options ${dump:-0} ${pass:-0}$MOUNT_LISTED" ;;
      esac
    done <"$R/etc/fstab"
  fi
  # What is mounted is a matter of the running system, not of another root.
  if [ -n "$R" ]; then return 0; fi
  while read -r _ _ _ _ target options rest; do
    case $MOUNT_WANTED in
    *"$NL$target$NL"*)
      # Optional fields end with a dash (proc(5)). The last line of a target is what is on top.
      rest=" $rest"
      rest=${rest#* - }
      MOUNT_LIVE="$NL$target ${rest%% *} $options$MOUNT_LIVE"
      ;;
    esac
  done </proc/self/mountinfo
}

mount_find() { # LINES TARGET: sets FOUND to what stands behind the target
  FOUND=
  case $1 in
  *"$NL$2 "*)
    FOUND=${1#*"$NL$2 "}
    FOUND=${FOUND%%"$NL"*}
    ;;
  esac
}

mount_has_type() { # IS WANTED: some types are mounted under another name, or are not there before the first use
  case $2 in
  "$1" | auto | none | nfs*) ;;
  *) [ "$1" = autofs ] ;;
  esac
}

mount_lacks_option() { # OPTIONS WORD...: sets LACKED
  local has=,$1,
  shift
  for LACKED; do
    case $has in *",$LACKED,"*) ;; *) return 0 ;; esac
  done
  return 1
}

mount_compare_live() { # the columns
  mount_find "$MOUNT_LIVE" "$4"
  if [ -z "$FOUND" ]; then
    differs "$1" state 'not mounted' mounted
  elif ! mount_has_type "${FOUND%% *}" "$6"; then
    differs "$1" type "${FOUND%% *}" "$6"
  elif [ "${FOUND%% *}" != autofs ] && mount_lacks_option "${FOUND#* }" ${10}; then
    differs "$1" options "${FOUND#* }" "$7"
  fi
}

mount_compare() { # the columns
  local listed
  mount_find "$MOUNT_LISTED" "$4"
  listed=$FOUND
  if [ "$3" = absent ]; then
    mount_find "$MOUNT_LIVE" "$4"
    if [ -n "$listed$FOUND" ]; then removes "$1"; fi
    return 0
  fi
  if [ -z "$listed" ]; then
    creates "$1"
    return 0
  fi
  case $MOUNT_TWICE in
  # systemd goes by the first line, mount(8) by the last one.
  *"$NL$4$NL"*) differs "$1" fstab 'more than one line' 'one line' ;;
  *) if [ "$listed" != "$5 $6 $7 0 $8" ]; then differs "$1" fstab "$listed" "$5 $6 $7 0 $8"; fi ;;
  esac
  if [ -z "$R" ] && [ "$9" = mounted ]; then mount_compare_live "$@"; fi
}

mount_check() {
  MOUNT_WANTED=$NL
  "$ROWS" mount_note
  mount_read
  "$ROWS" mount_compare
}

mount_before() { # ID PATH STATE TARGET...: was the folder there, was something mounted, and behind = the line in fstab
  local folder=folderless live=unmounted line=''
  if [ -f "$R/etc/fstab" ]; then
    saved "$1" "$R/etc/fstab" >/dev/null
    line=$(TARGET=$4 awk '$1 !~ /^#/ && $2 == ENVIRON["TARGET"] { print; exit }' "$R/etc/fstab")
  fi
  if [ -d "$R$2" ]; then folder=folder; fi
  mount_find "$MOUNT_LIVE" "$4"
  if [ -n "$FOUND" ]; then live=mounted; fi
  printf '%s %s %s\n' "$folder" "$live" "${line:+=}$line"
}

mount_list() { # TARGET LINE: puts the line of a target into /etc/fstab, or takes it out when LINE is empty
  if [ -f "$R/etc/fstab" ]; then cat "$R/etc/fstab" >"$WORK/fstab-now"; else : >"$WORK/fstab-now"; fi
  TARGET=$1 LINE=$2 awk '
    $1 !~ /^#/ && $2 == ENVIRON["TARGET"] { if (!done && ENVIRON["LINE"] != "") print ENVIRON["LINE"]; done = 1; next }
    { print }
    END { if (!done && ENVIRON["LINE"] != "") print ENVIRON["LINE"] }
  ' "$WORK/fstab-now" >"$WORK/fstab"
  if cmp -s "$WORK/fstab" "$WORK/fstab-now"; then return 0; fi
  put_again "$WORK/fstab" "$R/etc/fstab" 644 0 0
  # systemd makes units of the lines; with old units it may unmount what is mounted now.
  if [ -z "$R" ] && [ -d /run/systemd/system ]; then systemctl daemon-reload; fi
}

mount_again() { # TARGET: reads again what is there
  MOUNT_WANTED=$NL$1$NL
  mount_read
  mount_find "$MOUNT_LIVE" "$1"
}

mount_off() { # PATH
  umount "$1" || fail "$1 is in use; end what works in it, or unmount it by hand"
}

mount_now() { # the columns
  mount_again "$4"
  if [ -z "$FOUND" ]; then
    mount "$2"
  elif ! mount_has_type "${FOUND%% *}" "$6"; then
    fail "something else is mounted at $2 (${FOUND%% *}); unmount it first"
  elif mount_lacks_option "${FOUND#* }" ${10}; then
    mount -o remount "$2"
  fi
}

mount_converge() { # the columns
  if [ "$3" = absent ]; then
    mount_again "$4"
    if [ -n "$FOUND" ]; then mount_off "$2"; fi
    mount_list "$4" ''
    return 0
  fi
  mkdir -p "$R$2"
  mount_list "$4" "$5 $4 $6 $7 0 $8"
  if [ -z "$R" ] && [ "$9" = mounted ]; then mount_now "$@"; fi
}

mount_remove() { # PATH BEFORE
  local path=$1 target folder=${2%% *} live=${2#* } line=''
  case $live in *' '*) line=${live#* } live=${live%% *} ;; esac
  replaced "$path" \\ '\134'
  replaced "$REPLACED" ' ' '\040'
  target=$REPLACED
  mount_again "$target"
  if [ "$live" = unmounted ] && [ -n "$FOUND" ]; then mount_off "$path"; fi
  case $line in
  =*) mount_list "$target" "${line#=}" ;;
  # What earlier versions noted.
  *) mount_list "$target" "${line:+${line%% *} $target ${line#* }}" ;;
  esac
  if [ "$live" = mounted ] && [ -n "$line" ] && [ -z "$R" ]; then
    if [ -n "$FOUND" ]; then mount -o remount "$path"; else mount "$path"; fi
  fi
  if [ "$folder" = folderless ]; then rmdir "$R$path" 2>/dev/null || :; fi
}
