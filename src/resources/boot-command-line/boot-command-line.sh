# shellcheck shell=sh disable=SC2154,SC2034,SC2086
# Kind boot-command-line. Columns: ID NAME present|absent WORD KEY single|several optional|needed
# A check reads one line and starts no process. The line is split into words without looking for files of their names.

boot_command_line_read() { # sets FILE to the file that the firmware reads, and LINE to its words
  local line lines=0
  FILE='' LINE=''
  # Since Debian 12 the firmware's files are in /boot/firmware, and /boot/cmdline.txt is a note that says so.
  if [ -f "$R/boot/firmware/cmdline.txt" ]; then
    FILE=$R/boot/firmware/cmdline.txt
  elif [ -f "$R/boot/cmdline.txt" ] && [ ! -L "$R/boot/cmdline.txt" ]; then
    FILE=$R/boot/cmdline.txt
  else
    return 0
  fi
  while IFS= read -r line || [ -n "$line" ]; do
    case $line in
    'DO NOT EDIT'*)
      FILE='' LINE=''
      return 0
      ;;
    *[!' ']*)
      lines=$((lines + 1))
      LINE="$LINE $line"
      ;;
    esac
  done <"$FILE"
  LINE="$LINE "
  BOOT_LINES=$lines
}

boot_command_line_has() { # WORD
  case $LINE in *" $1 "*) ;; *) return 1 ;; esac
}

boot_command_line_others() { # WORD KEY: sets OTHERS to the words of this parameter that are not WORD
  local word
  OTHERS=
  set -f
  for word in $LINE; do
    case $word in
    "$1") ;;
    "$2" | "$2="*) OTHERS="$OTHERS${OTHERS:+ }$word" ;;
    esac
  done
  set +f
}

boot_command_line_compare() { # the columns
  OTHERS=
  if [ -z "$FILE" ]; then
    if [ "$3$7" = presentneeded ]; then creates "$1"; fi
    return 0
  fi
  if [ "$6" = single ]; then boot_command_line_others "$4" "$5"; fi
  if [ "$3" = absent ]; then
    if boot_command_line_has "$4" || [ -n "$OTHERS" ]; then removes "$1"; fi
  elif [ -n "$OTHERS" ]; then
    differs "$1" words "$OTHERS" "$4"
  elif ! boot_command_line_has "$4"; then
    creates "$1"
  fi
}

boot_command_line_check() {
  boot_command_line_read
  "$ROWS" boot_command_line_compare
}

boot_command_line_before() { # the columns: what was there of this parameter, and the word
  local was=''
  if [ "$6" = single ]; then boot_command_line_others "$4" "$5"; else OTHERS=; fi
  if [ -n "$FILE" ] && boot_command_line_has "$4"; then was=$4; fi
  was=$was${was:+${OTHERS:+ }}$OTHERS
  if [ -n "$FILE" ]; then saved "$1" "$FILE" >/dev/null; fi
  printf '%s %s %s\n' "$6" "$4" "${was:--}"
}

boot_command_line_kept() { # WORD...: sets KEPT to the kept file with these words, however it sets them apart
  local words="$*" file
  for file in "$STATE/before/$ROW_ID"-* "$BESIDE/$ROW_ID"-*; do
    [ -f "$file" ] || continue
    KEPT=${file##*/}
    set -f
    # shellcheck disable=SC2046 # words
    set -- $(cat "$file")
    set +f
    if [ "$*" = "$words" ]; then return 0; fi
  done
  return 1
}

boot_command_line_write() { # WORD...: the words of the line
  local modes
  if [ -n "$ROW_ID" ] && boot_command_line_kept "$@"; then
    put_back "$KEPT" "$FILE"
    return 0
  fi
  modes=$(stat -c '%a %u %g' "$FILE")
  printf '%s\n' "$*" >"$WORK/cmdline"
  # On the FAT file system of the firmware only the mode and owner that are there are allowed.
  put "$WORK/cmdline" "$FILE" $modes
}

boot_command_line_edit() { # TAKEN-OUT ADDED: words that leave, and words that come in the place of the first of these
  local word words='' added=$2
  set -f
  for word in $LINE; do
    case " $1 " in
    *" $word "*)
      words="$words $added"
      added=
      ;;
    *) words="$words $word" ;;
    esac
  done
  set -- $words $added
  set +f
  boot_command_line_write "$@"
}

boot_command_line_ready() { # fails where the line cannot be edited
  boot_command_line_read
  if [ -z "$FILE" ]; then
    fail 'this node has no cmdline.txt in /boot/firmware or /boot (is /boot/firmware mounted? is it a Raspberry Pi?)'
  fi
  if [ "$BOOT_LINES" -gt 1 ]; then
    fail "${FILE#"$R"} has $BOOT_LINES lines, but the firmware reads one; make one line of it by hand"
  fi
}

boot_command_line_converge() { # the columns
  boot_command_line_ready
  OTHERS=
  if [ "$6" = single ]; then boot_command_line_others "$4" "$5"; fi
  if [ "$3" = absent ]; then
    boot_command_line_edit "$4 $OTHERS" ''
  else
    boot_command_line_edit "$4 $OTHERS" "$4"
  fi
}

boot_command_line_remove() { # NAME BEFORE: single|several WORD, and what was there or -
  local name=$1 word was
  boot_command_line_read
  if [ -z "$FILE" ]; then return 0; fi
  boot_command_line_ready
  word=${2#* }
  was=${word#* }
  word=${word%% *}
  if [ "$was" = - ]; then was=; fi
  OTHERS=
  if [ "${2%% *}" = single ]; then boot_command_line_others "$word" "$name"; fi
  boot_command_line_edit "$word $OTHERS $was" "$was"
}
