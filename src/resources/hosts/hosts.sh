# shellcheck shell=sh disable=SC2154
# Kind hosts. Columns: ID NAME present|absent SHA256 of the block with its two marks.
# A check takes one awk and one sha256sum, however long the block is. A mark without its partner is no block.

hosts_block() { # prints the block that is there, with its marks
  [ -f "$R/etc/hosts" ] || return 0
  awk '
    $0 == "# bramble begin" { block = $0 "\n"; inside = 1; next }
    inside { block = block $0 "\n" }
    inside && $0 == "# bramble end" { printf "%s", block; inside = 0 }
  ' "$R/etc/hosts"
}

hosts_compare() { # ID NAME STATE SHA256
  local sum
  if [ ! -s "$WORK/hosts-block" ]; then
    if [ "$3" = present ]; then creates "$1"; fi
  elif [ "$3" = absent ]; then
    removes "$1"
  else
    sum=$(sha256sum <"$WORK/hosts-block")
    if [ "${sum%% *}" != "$4" ]; then
      hides "$1" block
      shows "$1" "$WORK/hosts-block"
    fi
  fi
}

hosts_check() {
  hosts_block >"$WORK/hosts-block"
  "$ROWS" hosts_compare
}

hosts_before() { # ID NAME...
  if [ -f "$R/etc/hosts" ]; then
    saved "$1" "$R/etc/hosts" >/dev/null
    printf 'file\n'
  else
    printf 'absent\n'
  fi
}

hosts_write() { # BLOCK: puts the block in the place of the old one, or at the top; an empty BLOCK takes it out
  local modes='644 0 0'
  if [ -f "$R/etc/hosts" ]; then
    modes=$(stat -c '%a %u %g' "$R/etc/hosts")
    cat "$R/etc/hosts" >"$WORK/hosts-now"
  else
    : >"$WORK/hosts-now"
  fi
  awk '
    FILENAME == ARGV[1] { block = block $0 "\n"; next }
    $0 == "# bramble begin" { if (inside) text = text held; inside = 1; held = ""; next }
    inside && $0 == "# bramble end" { inside = 0; if (!placed) { top = text; text = ""; placed = 1 }; next }
    inside { held = held $0 "\n"; next }
    { text = text $0 "\n" }
    END { if (inside) text = text held; printf "%s%s%s", top, block, text }
  ' "$1" "$WORK/hosts-now" >"$WORK/hosts-new"
  # shellcheck disable=SC2086 # mode, uid, gid
  put_again "$WORK/hosts-new" "$R/etc/hosts" $modes
}

hosts_converge() { # ID NAME STATE SHA256
  local block
  if [ "$3" = absent ]; then
    hosts_write /dev/null
  else
    block=$(content "$4")
    hosts_write "$block"
  fi
}

hosts_remove() { # NAME BEFORE
  [ -f "$R/etc/hosts" ] || return 0
  hosts_write /dev/null
  if [ "$2" = absent ] && [ ! -s "$R/etc/hosts" ]; then rm -f "$R/etc/hosts"; fi
}
