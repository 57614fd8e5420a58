# shellcheck shell=sh disable=SC2154
# Kind hosts. Columns: ID NAME present|absent SHA256 of the block with its two marks.
# A check takes one awk and one sha256sum, however long the block is. A mark without its partner is no block. Where cloud-init is,
# the template of the file has the same block.

HOSTS_TEMPLATE=/etc/cloud/templates/hosts.debian.tmpl

hosts_block() { # prints the block that is there, with its marks; the exit status is 3 when the template has another one
  set -- "$R/etc/hosts" "$R$HOSTS_TEMPLATE"
  if [ ! -f "$2" ]; then set -- "$1"; fi
  if [ ! -f "$1" ]; then set -- /dev/null ${2:+"$2"}; fi
  awk '
    FNR == 1 { inside = 0 }
    $0 == "# bramble begin" { block = $0 "\n"; inside = 1; next }
    inside { block = block $0 "\n" }
    inside && $0 == "# bramble end" { blocks[FILENAME] = blocks[FILENAME] block; inside = 0 }
    END { printf "%s", blocks[ARGV[1]]; if (ARGC > 2 && blocks[ARGV[1]] != blocks[ARGV[2]]) exit 3 }
  ' "$@"
}

hosts_compare() { # ID NAME STATE SHA256
  local sum
  if [ ! -s "$WORK/hosts-block" ]; then
    if [ "$3" = present ]; then
      creates "$1"
    elif [ "$HOSTS_STATUS" = 3 ]; then
      differs "$1" "$HOSTS_TEMPLATE" 'with a block' 'without'
    fi
  elif [ "$3" = absent ]; then
    removes "$1"
  else
    sum=$(sha256sum <"$WORK/hosts-block")
    if [ "${sum%% *}" != "$4" ]; then
      hides "$1" block
      shows "$1" "$WORK/hosts-block"
    elif [ "$HOSTS_STATUS" = 3 ]; then
      hides "$1" "$HOSTS_TEMPLATE"
    fi
  fi
}

hosts_check() {
  HOSTS_STATUS=0
  hosts_block >"$WORK/hosts-block" || HOSTS_STATUS=$?
  "$ROWS" hosts_compare
}

hosts_before() { # ID NAME...
  if [ -f "$R/etc/hosts" ]; then
    saved "$1" "$R/etc/hosts" >/dev/null
    if [ -f "$R$HOSTS_TEMPLATE" ]; then saved "$1" "$R$HOSTS_TEMPLATE" template >/dev/null; fi
    printf 'file\n'
  else
    printf 'absent\n'
  fi
}

hosts_write() { # FILE BLOCK top|end [LABEL]: puts the block in the place of the old one, or at the top or the end; an empty BLOCK takes it out
  local modes='644 0 0'
  if [ -f "$1" ]; then
    modes=$(stat -c '%a %u %g' "$1")
    cat "$1" >"$WORK/hosts-now"
  else
    : >"$WORK/hosts-now"
  fi
  awk -v place="$3" '
    FILENAME == ARGV[1] { block = block $0 "\n"; next }
    $0 == "# bramble begin" { if (inside) text = text held; inside = 1; held = ""; next }
    inside && $0 == "# bramble end" { inside = 0; if (!placed) { top = text; text = ""; placed = 1 }; next }
    inside { held = held $0 "\n"; next }
    { text = text $0 "\n" }
    END {
      if (inside) text = text held
      if (!placed && place == "end") { top = text; text = "" }
      printf "%s%s%s", top, block, text
    }
  ' "$2" "$WORK/hosts-now" >"$WORK/hosts-new"
  # shellcheck disable=SC2086 # mode, uid, gid
  put_again "$WORK/hosts-new" "$1" $modes ${4:+"$4"}
}

hosts_write_all() { # BLOCK
  hosts_write "$R/etc/hosts" "$1" top
  # cloud-init writes the file anew from this at each boot where it is told to manage it; its first line says what it is.
  if [ -f "$R$HOSTS_TEMPLATE" ]; then hosts_write "$R$HOSTS_TEMPLATE" "$1" end template; fi
}

hosts_converge() { # ID NAME STATE SHA256
  local block
  if [ "$3" = absent ]; then
    hosts_write_all /dev/null
  else
    block=$(content "$4")
    hosts_write_all "$block"
  fi
}

hosts_remove() { # NAME BEFORE
  if [ -f "$R/etc/hosts" ] || [ -f "$R$HOSTS_TEMPLATE" ]; then hosts_write_all /dev/null; fi
  if [ "$2" = absent ] && [ ! -s "$R/etc/hosts" ]; then rm -f "$R/etc/hosts"; fi
}
