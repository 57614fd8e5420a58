# shellcheck shell=sh disable=SC2034,SC2153,SC2154
# What every part of a program on the node stands on: events, the words of a check, the tools of a converge.
# POSIX sh for dash and busybox ash. Row functions, kinds and `program` follow it in the compiled text.
#
# A kind calls: creates, differs, removes, hides (from its check); put, content, fail, fail_row (from its converge); saved (from its
# before); put_back, put_again (from its remove).
# Variables that a kind may read: R (other root, for images; empty on a live node), MODE (check or converge), ROWS,
# WORK, STATE, RUN, NL, TAB. Its check may set REBOOT to `reboot` when the node must start anew.

set -eu
umask 022
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
DEBIAN_FRONTEND=noninteractive
export LC_ALL PATH DEBIAN_FRONTEND
unset CDPATH ENV IFS
TAB='	'
NL='
'
R=${BRAMBLE_ROOT-}
STATE=$R/var/lib/bramble
RUN=$R/run/bramble
OWNED=$STATE/owned
CONTENTS=${BRAMBLE_CONTENTS-$STATE/incoming}
WORK=$RUN/work.$$
MARK=S
QUIET=
REBOOT=
PENDING=
COUNT_CHANGED=0 COUNT_FAILED=0 COUNT_SKIPPED=0
# The row that is removed or undone; empty while rows are converged.
ROW_ID=

# ---- events: one line each, fields between tabs, `\\` `\t` `\n` inside them escaped

replaced() { # TEXT FROM TO: sets REPLACED
  local rest=$1
  REPLACED=
  while :; do
    case $rest in
    *"$2"*)
      REPLACED=$REPLACED${rest%%"$2"*}$3
      rest=${rest#*"$2"}
      ;;
    *) break ;;
    esac
  done
  REPLACED=$REPLACED$rest
}

escaped() { # TEXT: sets ESCAPED
  ESCAPED=$1
  case $1 in
  *[\\"$TAB$NL"]*)
    replaced "$1" \\ \\\\
    replaced "$REPLACED" "$TAB" '\t'
    replaced "$REPLACED" "$NL" '\n'
    ESCAPED=$REPLACED
    ;;
  esac
}

kind_of() { # FUNCTION-PREFIX: sets REPLACED to the kind's name; it has dashes where a function's name cannot
  replaced "$1" _ -
}

functions_of() { # KIND: sets KIND to the prefix of its functions
  replaced "$1" - _
  KIND=$REPLACED
}

unescaped() { # TEXT: sets UNESCAPED
  UNESCAPED=$1
  case $1 in
  *\\*)
    # A backslash is only ever followed by one of `\\`, `t`, `n` here, so %b can find nothing else.
    UNESCAPED=$(printf '%b.' "$1")
    UNESCAPED=${UNESCAPED%.}
    ;;
  esac
}

emit() { # TYPE [FIELD...]
  local line="@$TAB$1" field
  shift
  for field; do
    escaped "$field"
    line=$line$TAB$ESCAPED
  done
  printf '%s\n' "$line"
}

# ---- what a check says of a row

mark() { # ID STATE; PENDING has the kinds of which anything was marked at all
  case $PENDING in *" $KIND "*) ;; *) PENDING="$PENDING $KIND " ;; esac
  eval "${MARK}_$1=\$2"
}

creates() { # ID: wanted and not there
  mark "$1" differs
  [ -n "$QUIET" ] || emit differs "$1" create
}

removes() { # ID: there and wanted to be absent
  mark "$1" differs
  [ -n "$QUIET" ] || emit differs "$1" remove
}

differs() { # ID FIELD IS WANTED: one field is not as wanted
  mark "$1" differs
  [ -n "$QUIET" ] || emit differs "$1" update "$2" "$3" "$4"
}

hides() { # ID FIELD: a field is not as wanted and must not be shown
  mark "$1" differs
  [ -n "$QUIET" ] || emit differs "$1" update "$2"
}

obstacle() { # ID WHAT WAY-OUT: an apply cannot or must not make it so: the run is to end before anything is changed
  [ -n "$QUIET" ] || emit obstacle "$@"
}

shows() { # ID FILE: the text that is there now, for a line diff of the plan
  [ -n "$QUIET" ] || [ "$MODE" = converge ] || {
    printf '@\tcontent\t%s\t' "$1"
    base64 -w 0 <"$2"
    printf '\n'
  }
}

is_marked() { # ID STATE
  eval "[ \"\${${MARK}_$1-}\" = \"\$2\" ]"
}

if_differs() { # FUNCTION ID NAME COLUMN...: calls FUNCTION for rows that differ
  if is_marked "$2" differs; then "$@"; fi
}

# ---- one process for all rows: a check notes paths, then asks for all of them at once

note_paths() { # FUNCTION: is called with each row, and calls note_path for what it has to do with
  PATHS=
  "$ROWS" "$1"
}

note_path() { # PATH
  PATHS=$PATHS$1$NL
}

on_paths() { # COMMAND [ARGUMENT...]: runs it with the noted paths as its last arguments; without paths, not at all
  local IFS=$NL
  [ -n "$PATHS" ] || return 0
  # execve(2): the least that Linux takes for all arguments is 128 KiB.
  if [ ${#PATHS} -gt 100000 ]; then
    printf '%s' "$PATHS" | tr '\n' '\0' | xargs -0 "$@"
    return 0
  fi
  set -f
  # shellcheck disable=SC2086 # one path a line
  "$@" $PATHS
  set +f
}

# ---- what a converge may use

fail() { # MESSAGE: ends the converge of this row (or this whole) with a failure
  printf '%s\n' "$1" >"$WORK/message"
  exit 1
}

notice() { # TEXT: something that is no failure, and that whoever runs this should know; also from a check
  if [ -n "$QUIET" ]; then return 0; fi
  if [ "$MODE" = check ]; then emit notice "$1"; else printf '%s\n' "$1" >>"$WORK/notices"; fi
}

fail_row() { # ID MESSAGE: one row of a kind that converges as a whole has failed; the others go on
  printf '%s\n' "$2" >"$WORK/failed.$1"
}

content() { # SHA256: the path of delivered bytes
  [ -f "$CONTENTS/$1" ] || fail "the content $1 was not delivered: it was not needed when the node was looked at; apply again"
  printf '%s\n' "$CONTENTS/$1"
}

flush() { # PATH...: fsync (coreutils and busybox know `sync PATH`; else everything is flushed)
  sync "$@" 2>/dev/null || sync
}

put() { # SOURCE TARGET MODE OWNER GROUP: replaces TARGET atomically, keeps SOURCE
  local folder=${2%/*} temporary
  if [ -d "$2" ] && [ ! -L "$2" ]; then fail "${2#"$R"} is a folder; move it away first"; fi
  temporary=$folder/.${2##*/}.bramble
  rm -f "$temporary"
  (umask 077 && cat <"$1" >"$temporary")
  chown "$4:$5" "$temporary"
  chmod "$3" "$temporary"
  flush "$temporary"
  # mv would put it into the folder that a link points to.
  if [ -L "$2" ] && [ -d "$2" ]; then rm -f "$2"; fi
  mv -f "$temporary" "$2"
  flush "$folder/"
}
