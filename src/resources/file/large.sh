# shellcheck shell=sh disable=SC2154
# Kind file: a large file is not read again as long as it is the one that was read. $STATE/large/SHA256 has two lines: inode, time
# of the last change of the content and of anything (stat(1) %i %y %z, to the nanosecond where the file system has it); and the
# path. Whoever changes the file changes the last of these times, which no program can set (inode(7)).

LARGE_BYTES=1048576

large_is_known() { # SHA256 SIZE TIMES
  local known=
  [ "$2" -ge "$LARGE_BYTES" ] && [ -f "$STATE/large/$1" ] && IFS= read -r known <"$STATE/large/$1" && [ "$known" = "$3" ]
}

large_note() { # SHA256 SIZE TIMES PATH: the content was just read and has this checksum
  if [ "$2" -lt "$LARGE_BYTES" ] || large_is_known "$1" "$2" "$3"; then return 0; fi
  large_forget "$4"
  mkdir -p "$STATE/large"
  printf '%s\n%s\n' "$3" "$4" >"$STATE/large/$1"
}

large_forget() { # PATH
  local note path
  for note in "$STATE"/large/*; do
    if [ -f "$note" ] && { read -r _ && IFS= read -r path; } <"$note" && [ "$path" = "$1" ]; then rm -f "$note"; fi
  done
}
