# shellcheck shell=sh disable=SC2154,SC2034
# Kind boot-config. Columns: ID NAME present|absent optional|needed LINE...
# A check reads one file and starts no process. A mark without its partner is no block.

BOOT_CONFIG_BEGIN='# bramble begin'
BOOT_CONFIG_END='# bramble end'

boot_config_read() { # sets FILE to the file that the firmware reads, and BLOCK to the lines of the block, each with its end
  local line held='' inside=
  FILE='' BLOCK=''
  # Since Debian 12 the firmware's files are in /boot/firmware, and /boot/config.txt is a note that says so.
  if [ -f "$R/boot/firmware/config.txt" ]; then
    FILE=$R/boot/firmware/config.txt
  elif [ -f "$R/boot/config.txt" ] && [ ! -L "$R/boot/config.txt" ]; then
    FILE=$R/boot/config.txt
  else
    return 0
  fi
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
    'DO NOT EDIT'*)
      FILE='' BLOCK=''
      return 0
      ;;
    "$BOOT_CONFIG_BEGIN") inside=yes held='' ;;
    "$BOOT_CONFIG_END")
      if [ -n "$inside" ]; then BLOCK=$held inside=; fi
      ;;
    *) held=$held$line$NL ;;
    esac
  done <"$FILE"
}

boot_config_lines() { # LINE...: sets LINES to them, each with its end
  local line
  LINES=
  for line; do LINES=$LINES$line$NL; done
}

boot_config_told() { # a plan shows the boot that comes of it
  if [ "$MODE" = check ]; then
    notice "${FILE#"$R"} counts from the next boot on: a run that changes it has this node start anew"
  fi
}

boot_config_compare() { # the columns
  local id=$1 state=$3 needed=$4
  if [ -z "$FILE" ]; then
    if [ "$state$needed" = presentneeded ]; then creates "$id"; fi
    return 0
  fi
  shift 4
  boot_config_lines "$@"
  if [ "$state" = absent ]; then
    if [ -n "$BLOCK" ]; then removes "$id"; fi
  elif [ -z "$BLOCK" ]; then
    creates "$id"
    boot_config_told
  elif [ "$BLOCK" != "$LINES" ]; then
    differs "$id" lines "$BLOCK" "$LINES"
    boot_config_told
  fi
}

boot_config_check() {
  boot_config_read
  "$ROWS" boot_config_compare
}

boot_config_before() { # the columns
  if [ -n "$FILE" ]; then saved "$1" "$FILE" >/dev/null; fi
  printf 'block\n'
}

boot_config_due() { # a boot is due, said where all look for it; before the file changes, so that nothing that ends in between forgets it
  local kind='*** System restart required ***'
  mkdir -p "$R/run"
  if [ ! -e "$R/run/reboot-required" ]; then printf '%s\n' "$kind" >"$R/run/reboot-required"; fi
}

boot_config_write() { # [LINE...]: the file without its block, and these lines as the new one
  local modes
  if [ $# -gt 0 ]; then
    boot_config_lines "$BOOT_CONFIG_BEGIN" "$@" "$BOOT_CONFIG_END"
  else
    LINES=
  fi
  awk -v begin="$BOOT_CONFIG_BEGIN" -v end="$BOOT_CONFIG_END" '
    $0 == begin { text = text held; inside = 1; held = $0 "\n"; next }
    inside && $0 == end { inside = 0; held = ""; next }
    inside { held = held $0 "\n"; next }
    { text = text $0 "\n" }
    END { printf "%s", text held }
  ' "$FILE" >"$WORK/boot-config"
  printf %s "$LINES" >>"$WORK/boot-config"
  if cmp -s "$WORK/boot-config" "$FILE"; then return 0; fi
  boot_config_due
  modes=$(stat -c '%a %u %g' "$FILE")
  # On the FAT file system of the firmware only the mode and owner that are there are allowed.
  # shellcheck disable=SC2086 # mode, uid, gid
  put_again "$WORK/boot-config" "$FILE" $modes
}

boot_config_converge() { # the columns
  local state=$3
  boot_config_read
  if [ -z "$FILE" ]; then
    fail 'this node has no config.txt in /boot/firmware or /boot (is /boot/firmware mounted? is it a Raspberry Pi?)'
  fi
  shift 4
  if [ "$state" = absent ]; then set --; fi
  boot_config_write "$@"
}

boot_config_remove() { # NAME BEFORE
  boot_config_read
  if [ -n "$FILE" ]; then boot_config_write; fi
}
