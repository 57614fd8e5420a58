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

claim() { # ID NAME COLUMN...: from now on this resource is ours; what was there is kept
  local before
  if is_marked "$1" differs && eval "[ -z \"\${O_$1-}\" ]"; then
    before=$("${KIND}_before" "$@")
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
