# shellcheck shell=sh disable=SC2154
# Kind hosts. Columns: ID NAME present|absent SHA256 of the block with its two marks.
# A check takes one awk, however long the block is, and one sha256sum where the block is not the one that was written last
# ($STATE/hosts/SHA256). A mark without its partner is no block. Where cloud-init is, the template of the file has the same block.

HOSTS_TEMPLATE=/etc/cloud/templates/hosts.debian.tmpl

hosts_note() { # ID NAME STATE SHA256: sets HOSTS_NOTE to the text with this checksum, when it was kept
  HOSTS_NOTE=
  if [ -f "$STATE/hosts/$4" ]; then HOSTS_NOTE=$STATE/hosts/$4; fi
}

hosts_block() { # prints the block that is there, with its marks; the exit status is 3 when the template has another one, plus 4 when it is the text that was kept
  local hosts=$R/etc/hosts template=$R$HOSTS_TEMPLATE
  if [ ! -f "$hosts" ]; then hosts=/dev/null; fi
  if [ ! -f "$template" ]; then template=; fi
  awk -v hosts="$hosts" -v template="$template" -v note="$HOSTS_NOTE" '
    FNR == 1 { inside = 0 }
    $0 == "# bramble begin" { block = $0 "\n"; inside = 1; next }
    inside { block = block $0 "\n" }
    inside && $0 == "# bramble end" { blocks[FILENAME] = blocks[FILENAME] block; inside = 0 }
    END {
      printf "%s", blocks[hosts]
      exit (template != "" && blocks[hosts] != blocks[template] ? 3 : 0) + (note != "" && blocks[hosts] == blocks[note] ? 4 : 0)
    }
  ' "$hosts" ${template:+"$template"} ${HOSTS_NOTE:+"$HOSTS_NOTE"}
}

hosts_is() { # SHA256
  local sum
  case $HOSTS_STATUS in 4 | 7) return 0 ;; esac
  sum=$(sha256sum <"$WORK/hosts-block")
  [ "${sum%% *}" = "$1" ]
}

hosts_compare() { # ID NAME STATE SHA256
  local template=
  case $HOSTS_STATUS in 3 | 7) template=differs ;; esac
  if [ ! -s "$WORK/hosts-block" ]; then
    if [ "$3" = present ]; then
      creates "$1"
    elif [ -n "$template" ]; then
      differs "$1" "$HOSTS_TEMPLATE" 'with a block' 'without'
    fi
  elif [ "$3" = absent ]; then
    removes "$1"
  elif ! hosts_is "$4"; then
    hides "$1" block
    shows "$1" "$WORK/hosts-block"
  elif [ -n "$template" ]; then
    hides "$1" "$HOSTS_TEMPLATE"
  fi
  if [ "$3" = present ] && [ -n "$ORDER" ]; then
    differs "$1" /etc/nsswitch.conf "hosts: $ORDER" 'files first'
  fi
}

hosts_order() { # sets ORDER to the sources of names that are asked before /etc/hosts, or instead of it (nsswitch.conf(5))
  local database words word behind=yes
  ORDER=
  [ -f "$R/etc/nsswitch.conf" ] || return 0
  while read -r database words || [ -n "$database" ]; do
    if [ "$database" = hosts: ]; then
      behind=
      for word in ${words%%#*}; do
        case $word in
        # systemd-resolved reads the file itself (nss-resolve(8)); the others know names that nobody writes down.
        files | resolve)
          behind=yes
          break
          ;;
        '['* | *']' | mymachines | myhostname) ;;
        *) ORDER="$ORDER${ORDER:+ }$word" ;;
        esac
      done
    fi
    database=
  done <"$R/etc/nsswitch.conf"
  [ -n "$behind" ] || ORDER="$ORDER${ORDER:+, }no files"
}

hosts_check() {
  hosts_order
  HOSTS_STATUS=0
  "$ROWS" hosts_note
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
    rm -rf "$STATE/hosts"
    mkdir -p "$STATE/hosts"
    put "$block" "$STATE/hosts/$4" 600 0 0
    [ -z "$ORDER" ] || fail "the line hosts: of /etc/nsswitch.conf asks others first ($ORDER); put files in front, then apply again"
  fi
}

hosts_remove() { # NAME BEFORE
  rm -rf "$STATE/hosts"
  if [ -f "$R/etc/hosts" ] || [ -f "$R$HOSTS_TEMPLATE" ]; then hosts_write_all /dev/null; fi
  if [ "$2" = absent ] && [ ! -s "$R/etc/hosts" ]; then rm -f "$R/etc/hosts"; fi
}
