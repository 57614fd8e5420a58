# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# Kind mount. Columns: ID PATH present|absent TARGET SOURCE TYPE OPTIONS PASS mounted|on-demand|listed VISIBLE-OPTIONS
# VISIBLE-OPTIONS are split into words; TARGET and SOURCE are escaped as in fstab(5).
# A check reads /etc/fstab and /proc/self/mountinfo and starts no process, but where files lie beneath what is not mounted.
# It never looks into a folder that is mounted on demand: that would mount it, and wait for a server that is away.

mount_note() { # ID PATH STATE TARGET...
  MOUNT_WANTED=$MOUNT_WANTED$4$NL
}

mount_read() { # sets MOUNT_LISTED and MOUNT_LIVE: lines of the wanted targets that are there, `TARGET TYPE SOURCE OPTIONS`, what is on top first; MOUNT_TWICE: targets with more than one line in fstab
  local source target type options dump pass rest from
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
      from=${rest#* }
      MOUNT_LIVE="$NL$target ${rest%% *} ${from%% *} $options$MOUNT_LIVE"
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

mount_live() { # TARGET: sets LIVE_TYPE, LIVE_SOURCE and LIVE_OPTIONS of what is on top; fails where nothing is mounted
  mount_find "$MOUNT_LIVE" "$1"
  LIVE_TYPE=${FOUND%% *} LIVE_OPTIONS=${FOUND##* } LIVE_SOURCE=${FOUND#* }
  LIVE_SOURCE=${LIVE_SOURCE%% *}
  [ -n "$FOUND" ]
}

mount_on_demand() { # TARGET: is it waited for there?
  case $MOUNT_LIVE in *"$NL$1 autofs "*) ;; *) return 1 ;; esac
}

mount_elsewhere() { # SOURCE: is it another share than wanted? Devices have more than one name, shares have one.
  case $1 in
  *=* | "$LIVE_SOURCE") return 1 ;;
  *:/*) [ "$LIVE_TYPE" != autofs ] ;;
  *) return 1 ;;
  esac
}

mount_beneath() { # PATH: says what would be hidden by what is to be mounted
  local path=$1 entry lies
  for entry in "$path"/* "$path"/.[!.]* "$path"/..?*; do
    if [ ! -e "$entry" ] && [ ! -L "$entry" ]; then continue; fi
    lies=$(find "$path" -xdev -type f -exec stat -c %s '{}' + 2>/dev/null |
      awk '{ files++; bytes += $1 } END { printf "%d %s (%.0f bytes)", files, files == 1 ? "file" : "files", bytes }')
    notice "$lies in $path, beneath what is to be mounted there and is not; they are left alone, and hidden once it is mounted"
    return 0
  done
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
  if ! mount_live "$4"; then
    differs "$1" state 'not mounted' "$9"
    mount_beneath "$2"
  elif [ "$9" = on-demand ] && ! mount_on_demand "$4"; then
    differs "$1" state mounted "$9"
  elif ! mount_has_type "$LIVE_TYPE" "$6"; then
    differs "$1" type "$LIVE_TYPE" "$6"
  elif mount_elsewhere "$5"; then
    differs "$1" source "$LIVE_SOURCE" "$5"
  elif [ "$LIVE_TYPE" != autofs ] && mount_lacks_option "$LIVE_OPTIONS" ${10}; then
    differs "$1" options "$LIVE_OPTIONS" "$7"
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
    if [ -z "$R" ] && [ "$9" != listed ] && ! mount_live "$4"; then mount_beneath "$2"; fi
    return 0
  fi
  case $MOUNT_TWICE in
  # systemd goes by the first line, mount(8) by the last one.
  *"$NL$4$NL"*) differs "$1" fstab 'more than one line' 'one line' ;;
  *) if [ "$listed" != "$5 $6 $7 0 $8" ]; then differs "$1" fstab "$listed" "$5 $6 $7 0 $8"; fi ;;
  esac
  if [ -z "$R" ] && [ "$9" != listed ]; then mount_compare_live "$@"; fi
}

mount_check() {
  MOUNT_WANTED=$NL
  "$ROWS" mount_note
  mount_read
  "$ROWS" mount_compare
}

mount_lacks_folders() { # PATH: sets LACKED to how many folders on the way to it are not there
  local path=$1
  LACKED=0
  while [ -n "$path" ] && [ ! -d "$R$path" ]; do path=${path%/*} LACKED=$((LACKED + 1)); done
}

mount_before() { # ID PATH STATE TARGET...: was the folder there, was something mounted, and behind = the line in fstab
  local folder=folder live=unmounted line=''
  if [ -f "$R/etc/fstab" ]; then
    saved "$1" "$R/etc/fstab" >/dev/null
    line=$(TARGET=$4 awk '$1 !~ /^#/ && $2 == ENVIRON["TARGET"] { print; exit }' "$R/etc/fstab")
  fi
  mount_lacks_folders "$2"
  if [ "$LACKED" -gt 0 ]; then folder=folderless:$LACKED; fi
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

mount_waits_off() { # PATH TARGET: ends the waiting at a path, and what was mounted by it
  if ! mount_on_demand "$2"; then return 0; fi
  systemctl stop "$(systemd-escape --path --suffix=automount "$1")"
  mount_again "$2"
}

mount_waits() { # PATH: systemd mounts it when somebody comes (systemd.automount(5)); nobody waits for a server here
  systemctl start "$(systemd-escape --path --suffix=automount "$1")"
}

mount_now() { # the columns
  mount_again "$4"
  if mount_live "$4"; then
    if ! mount_has_type "$LIVE_TYPE" "$6"; then fail "something else is mounted at $2 ($LIVE_TYPE); unmount it first"; fi
    if mount_elsewhere "$5" || { [ "$9" = on-demand ] && ! mount_on_demand "$4"; }; then
      mount_waits_off "$2" "$4"
      if [ -n "$FOUND" ]; then mount_off "$2"; fi
      FOUND=
    fi
  fi
  if [ -z "$FOUND" ]; then
    if [ "$9" = on-demand ]; then
      mount_waits "$2"
    else
      mount "$2"
      mount_again "$4"
      # With `nofail` mount(8) says nothing of a device that is not there; what needs it must not be made beneath.
      [ -n "$FOUND" ] || fail "$5 is not there, so nothing is mounted at $2; plug it in, or correct its name (lsblk -f lists what is there)"
    fi
  elif [ "$LIVE_TYPE" != autofs ] && mount_lacks_option "$LIVE_OPTIONS" ${10}; then
    mount -o remount "$2"
  fi
}

mount_folder() { # PATH: makes it where it is not there, so that nobody takes it for what is to be mounted
  if [ -d "$1" ]; then return 0; fi
  # Whoever is to reach it has to come through the folders above, which programs make for root alone.
  (umask 022 && mkdir -p "${1%/*}/")
  mkdir "$1"
  chmod 0 "$1"
  # Root writes whatever the mode is; where the file system can, not even root.
  if [ -z "$R" ]; then chattr +i "$1" 2>/dev/null || :; fi
}

mount_converge() { # the columns
  if [ "$3" = absent ]; then
    mount_again "$4"
    mount_waits_off "$2" "$4"
    if [ -n "$FOUND" ]; then mount_off "$2"; fi
    mount_list "$4" ''
    return 0
  fi
  mount_folder "$R$2"
  mount_list "$4" "$5 $4 $6 $7 0 $8"
  if [ -z "$R" ] && [ "$9" != listed ]; then mount_now "$@"; fi
}

mount_remove() { # PATH BEFORE
  local path=$1 target folder=${2%% *} live=${2#* } line=''
  case $live in *' '*) line=${live#* } live=${live%% *} ;; esac
  replaced "$path" \\ '\134'
  replaced "$REPLACED" ' ' '\040'
  target=$REPLACED
  mount_again "$target"
  if [ "$live" = unmounted ]; then mount_waits_off "$path" "$target"; fi
  if [ "$live" = unmounted ] && [ -n "$FOUND" ]; then mount_off "$path"; fi
  case $line in
  =*) mount_list "$target" "${line#=}" ;;
  # What earlier versions noted.
  *) mount_list "$target" "${line:+${line%% *} $target ${line#* }}" ;;
  esac
  if [ "$live" = mounted ] && [ -n "$line" ] && [ -z "$R" ]; then
    if [ -n "$FOUND" ]; then mount -o remount "$path"; else mount "$path"; fi
  fi
  case $folder in
  folderless*)
    if [ -z "$R" ]; then chattr -i "$path" 2>/dev/null || :; fi
    # Earlier versions noted no number.
    folder=${folder#folderless}
    folder=${folder#:}
    LACKED=${folder:-1}
    while [ "$LACKED" -gt 0 ] && rmdir "$R$path" 2>/dev/null; do path=${path%/*} LACKED=$((LACKED - 1)); done
    ;;
  esac
}
