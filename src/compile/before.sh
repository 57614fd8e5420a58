# shellcheck shell=sh disable=SC2034,SC2153,SC2154
# What was there before: kept as it is, and put back as it was.
#
# $STATE/before/ID-INODE is the very file that a row found: another name of it (a hard link), so that its times, its other names,
# its access control lists and whatever else it has stay with it. This holds because nothing of ours writes into a file that is
# there: it is replaced. Where /var is a file system of its own, what is on that of the root is kept in /.bramble-before. Of any other
# file system a copy is kept, which lacks the other names.

BESIDE=$R/.bramble-before

store_there() { # FOLDER
  if [ ! -d "$1" ]; then
    mkdir -p "$1"
    chmod 700 "$1"
  fi
}

saved() { # ID PATH [LABEL]: keeps what is there, whatever it is but a folder; prints its name in the store
  local name store=$STATE/before
  name=$1-${3:+$3-}$(stat -c %i "$2")
  if ! find_kept "$name"; then
    store_there "$store"
    if ! ln "$2" "$store/$name" 2>/dev/null; then
      store_there "$BESIDE"
      if ln "$2" "$BESIDE/$name" 2>/dev/null; then
        flush "$BESIDE/"
      else
        rmdir "$BESIDE" 2>/dev/null || :
        rm -f "$store/.copy"
        cp -a "$2" "$store/.copy"
        if [ ! -L "$2" ]; then flush "$store/.copy"; fi
        mv "$store/.copy" "$store/$name"
      fi
    fi
    flush "$store/"
  fi
  printf '%s\n' "$name"
}

find_kept() { # NAME: sets KEPT
  for KEPT in "$STATE/before/$1" "$BESIDE/$1"; do
    if [ -e "$KEPT" ] || [ -L "$KEPT" ]; then return 0; fi
  done
  return 1
}

put_back() { # NAME PATH [MODE UID GID]: what was kept takes the place of what is there; the store has it until nobody owns the row
  local kept folder=${2%/*} temporary
  if ! find_kept "$1"; then
    fail "what was at ${2#"$R"} before is not in ${STATE#"$R"}/before/$1 any more; put there what you want, then apply again"
  fi
  kept=$KEPT
  if [ -d "$2" ] && [ ! -L "$2" ]; then fail "${2#"$R"} is a folder; move it away first"; fi
  if [ $# -gt 2 ] && [ ! -L "$kept" ] && [ "$(stat -c '%a %u %g' "$kept")" != "$3 $4 $5" ]; then
    chown "$4:$5" "$kept"
    chmod "$3" "$kept"
  fi
  temporary=$folder/.${2##*/}.bramble
  rm -f "$temporary"
  ln "$kept" "$temporary" 2>/dev/null || cp -a "$kept" "$temporary"
  if [ ! -L "$temporary" ]; then flush "$temporary"; fi
  # A second time: it is there already, and mv refuses to put a file in its own place.
  if [ "$(stat -c %d:%i "$temporary")" = "$(stat -c %d:%i "$2" 2>/dev/null || :)" ]; then
    rm -f "$temporary"
    return 0
  fi
  # mv would put it into the folder that a link points to.
  if [ -L "$2" ] && [ -d "$2" ]; then rm -f "$2"; fi
  mv -f "$temporary" "$2"
  flush "$folder/"
}

kept_text() { # KEPT FOLDER: prints the text of a kept file, or of the file that a kept link leads to; its last line ends
  local target=$1
  if [ -L "$1" ]; then
    target=$(readlink "$1")
    case $target in
    /*) target=$R$target ;;
    *) target=$2/$target ;;
    esac
  fi
  if [ -f "$target" ]; then awk 1 "$target"; fi
}

put_again() { # SOURCE TARGET MODE OWNER GROUP [LABEL]: put; in a removal, what was kept is put back when it has the same text
  local kept
  if [ -n "$ROW_ID" ]; then
    for kept in "$STATE/before/$ROW_ID-${6:+$6-}"[0-9]* "$BESIDE/$ROW_ID-${6:+$6-}"[0-9]*; do
      if [ -e "$kept" ] || [ -L "$kept" ]; then
        kept_text "$kept" "${2%/*}" >"$WORK/kept"
        if cmp -s "$1" "$WORK/kept"; then
          put_back "${kept##*/}" "$2"
          return 0
        fi
      fi
    done
  fi
  put "$1" "$2" "$3" "$4" "$5"
}

forget_before() { # what was kept for rows that nobody owns any more
  local kept id
  for kept in "$STATE"/before/*-* "$BESIDE"/*-*; do
    id=${kept##*/}
    id=${id%%-*}
    case $id in '' | *[!0-9a-f]*) continue ;; esac
    if eval "[ -z \"\${O_$id-}\" ] || [ -n \"\${G_$id-}\" ]"; then rm -rf "$kept"; fi
  done
  if [ -d "$BESIDE" ]; then rmdir "$BESIDE" 2>/dev/null || :; fi
}

refuse_mounts() { # FOLDER: fails where a file system is mounted in it: what is on that is not of this folder
  local mounted
  while IFS=' ' read -r _ _ _ _ mounted _; do
    replaced "$mounted" '\040' ' '
    case $REPLACED in
    "$R$1" | "$R$1"/*) fail "a file system is mounted on $REPLACED; unmount it first" ;;
    esac
  done </proc/self/mountinfo
}
