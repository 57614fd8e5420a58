# shellcheck shell=sh disable=SC2154
# Kind link. Columns: ID PATH STATE TARGET
# A check starts one stat, however many links there are. What was there before is kept and put back as the kind file does.

link_is_there() { # ID PATH...: notes symbolic links
  if [ -L "$R$2" ]; then note_path "$R$2"; fi
}

link_target() { # PATH: sets IS to the target; reads fd 3, with lines `PATH -> TARGET`
  # busybox puts both in quotes. A target may hold line ends, so lines that do not begin with the path are passed over.
  local line
  IS=
  while IFS= read -r line <&3; do
    case $line in
    "$1 -> "*)
      IS=${line#"$1 -> "}
      return 0
      ;;
    "'$1' -> '"*)
      IS=${line#"'$1' -> '"}
      IS=${IS%\'}
      return 0
      ;;
    esac
  done
}

link_compare() { # ID PATH STATE TARGET
  if [ -L "$R$2" ]; then
    link_target "$R$2"
    if [ "$3" = absent ]; then
      removes "$1"
    elif [ "$IS" != "$4" ]; then
      differs "$1" target "$IS" "$4"
    fi
  elif [ "$3" = present ]; then
    if [ -e "$R$2" ]; then differs "$1" type 'no link' link; else creates "$1"; fi
  fi
}

link_check() {
  note_paths link_is_there
  on_paths env QUOTING_STYLE=literal stat -c %N >"$WORK/stat"
  "$ROWS" link_compare 3<"$WORK/stat"
}

link_before() { # ID PATH...
  file_before "$@"
}

link_converge() { # ID PATH STATE TARGET
  local path=$R$2 temporary
  if [ "$3" = absent ]; then
    rm -f "$path"
    return 0
  fi
  if [ -d "$path" ] && [ ! -L "$path" ]; then fail "$2 is a folder; move it away first"; fi
  if [ ! -d "${path%/*}/" ]; then fail "the folder ${2%/*} is not there"; fi
  temporary=${path%/*}/.${path##*/}.bramble
  rm -f "$temporary"
  ln -s -- "$4" "$temporary"
  # mv would put it into the folder that the old link points to.
  if [ -L "$path" ] && [ -d "$path" ]; then rm -f "$path"; fi
  mv -f "$temporary" "$path"
  flush "${path%/*}/"
}

link_remove() { # PATH BEFORE
  file_remove "$@"
}
