# shellcheck shell=sh disable=SC2034,SC2153,SC2154
# The manifest of a node: one line an owned resource: id, kind, name, what was there before (escaped as in events).

# The end of a line that is torn, whatever of it is there.
BROKEN="$TAB!$TAB!$TAB!$NL"

read_manifest() { # calls "$@" with ID KIND NAME BEFORE for each line
  local id kind name before
  TORN=
  [ -f "$OWNED" ] || return 0
  while IFS=$TAB read -r id kind name before; do
    case $TAB$before in
    *"$TAB!") continue ;;
    esac
    # The id becomes part of a variable's name, so nothing else may get through.
    case $id in
    '' | *[!0-9a-f]*) ;;
    *) "$@" "$id" "$kind" "$name" "$before" ;;
    esac
  done <"$OWNED"
  # What a full disk or a power cut has torn is ended so that the line counts for nothing.
  TORN=${id:+$BROKEN}
}

note_owned() { # ID KIND NAME BEFORE
  eval "O_$1=1"
  if eval "[ -z \"\${W_$1-}\" ]"; then
    ORPHANS="$1$TAB$2$TAB$3$TAB$4$NL$ORPHANS"
  fi
}

# ---- foreseen: what is noted before a package comes, which may make or change a folder that is ours only later in this run

foresee_row() { # ID NAME COLUMN...: $STATE/foreseen has a line with id and what was before, should this run be cut off
  if is_marked "$1" differs && eval "[ -z \"\${O_$1-}\${E_$1-}\" ]"; then
    escaped "$("${KIND}_before" "$@")"
    eval "E_$1=\$ESCAPED"
    if [ ! -d "$STATE" ]; then
      mkdir -p "$STATE"
      chmod 700 "$STATE"
    fi
    printf '%s\t%s\t.\n' "$1" "$ESCAPED" >>"$STATE/foreseen"
    CLAIMED=1
  fi
}

foresee() { # KIND ROWS-FUNCTION: for kinds that ask for it
  command -v "${1}_foresee" >/dev/null || return 0
  KIND=$1
  ROWS=$2
  MARK=F
  QUIET=1
  CLAIMED=
  "${KIND}_foresee"
  "$ROWS" foresee_row
  MARK=S
  QUIET=
  if [ -n "$CLAIMED" ]; then flush "$STATE/foreseen"; fi
}

read_foreseen() { # of a run that was cut off
  local id before whole
  [ -f "$STATE/foreseen" ] || return 0
  while IFS=$TAB read -r id before whole; do
    case $id$whole in
    *[!0-9a-f.]* | '' | *[!.]) ;;
    *) eval "E_$id=\$before" ;;
    esac
  done <"$STATE/foreseen"
}

claim() { # ID NAME COLUMN...: from now on this resource is ours; what was there is kept
  local before
  if eval "[ -z \"\${O_$1-}\" ]" && { is_marked "$1" differs || eval "[ -n \"\${E_$1-}\" ]"; }; then
    eval "before=\${E_$1-}"
    if [ -n "$before" ]; then
      unescaped "$before"
      before=$UNESCAPED
    else
      before=$("${KIND}_before" "$@")
    fi
    escaped "$before"
    kind_of "$KIND"
    # Made with the first resource that is ours: a node on which nothing is stays as it is.
    if [ ! -f "$OWNED" ]; then
      mkdir -p "$STATE"
      chmod 700 "$STATE"
    fi
    # A shell does not say why it cannot write; cat does.
    printf '%s%s\t%s\t%s\t%s\n' "$TORN" "$1" "$REPLACED" "$2" "$ESCAPED" >>"$OWNED" ||
      printf '%s%s\t%s\t%s\t%s\n' "$BROKEN" "$1" "$REPLACED" "$2" "$ESCAPED" | cat >>"$OWNED"
    TORN=
    eval "O_$1=1"
    CLAIMED=1
  fi
}

disown_line() { # ID KIND NAME BEFORE: writes the lines that stay
  if eval "[ -z \"\${G_$1-}\" ]"; then
    printf '%s\t%s\t%s\t%s\n' "$@"
  fi
}
