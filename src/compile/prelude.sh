# shellcheck shell=sh disable=SC2034,SC2153,SC2154
# The runtime of a program on the node: events, the manifest of owned resources, the order of work.
# POSIX sh for dash and busybox ash. Row functions, kinds and `program` follow it in the compiled text.
#
# A kind calls: creates, differs, removes, hides (from its check); put, content, saved, fail, fail_row (from its converge).
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
COUNT_CHANGED=0 COUNT_FAILED=0 COUNT_SKIPPED=0

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

mark() { # ID STATE
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

shows() { # ID FILE: the text that is there now, for a line diff of the plan
  [ -n "$QUIET" ] || {
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

# ---- what a converge may use

fail() { # MESSAGE: ends the converge of this row (or this whole) with a failure
  printf '%s\n' "$1" >"$WORK/message"
  exit 1
}

fail_row() { # ID MESSAGE: one row of a kind that converges as a whole has failed; the others go on
  printf '%s\n' "$2" >"$WORK/failed.$1"
}

content() { # SHA256: the path of delivered bytes
  [ -f "$CONTENTS/$1" ] || fail "the content $1 was not delivered"
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

saved() { # PATH: keeps a copy of what is there before we change it; prints its name in the store
  local name
  mkdir -p "$STATE/before"
  chmod 700 "$STATE/before"
  name=$(sha256sum <"$1")
  name=${name%% *}
  [ -f "$STATE/before/$name" ] || put "$1" "$STATE/before/$name" 600 0 0
  printf '%s\n' "$name"
}

# ---- the manifest: one line an owned resource: id, kind, name, what was there before (escaped as in events)

read_manifest() { # calls "$@" with ID KIND NAME BEFORE for each line
  local id kind name before
  [ -f "$OWNED" ] || return 0
  while IFS=$TAB read -r id kind name before; do
    # The id becomes part of a variable's name, so nothing else may get through.
    case $id in
    '' | *[!0-9a-f]*) ;;
    *) "$@" "$id" "$kind" "$name" "$before" ;;
    esac
  done <"$OWNED"
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
    printf '%s\t%s\t%s\t%s\n' "$1" "$REPLACED" "$2" "$ESCAPED" >>"$OWNED"
    eval "O_$1=1"
    CLAIMED=1
  fi
}

disown_line() { # ID KIND NAME BEFORE: writes the lines that stay
  if eval "[ -z \"\${G_$1-}\" ]"; then
    printf '%s\t%s\t%s\t%s\n' "$@"
  fi
}

# ---- carrying out

record_failure() { # ID-OR-ADDRESS [FILE]: reports what `attempt` kept
  local message='' file=${2-$WORK/message}
  if [ -f "$file" ]; then read -r message <"$file" || :; fi
  tail -n 20 "$WORK/out" >"$WORK/tail" 2>/dev/null || :
  emit failed "$1" "$message" "$(cat "$WORK/tail")"
  COUNT_FAILED=$((COUNT_FAILED + 1))
}

attempt() { # FUNCTION ARGUMENT...: in a shell of its own under `set -e`, output kept; sets STATUS
  # Never call this where a status is tested (if, &&, ||): the shell would then ignore `set -e` inside.
  rm -f "$WORK/message"
  set +e
  (
    set -e
    "$@"
  ) >"$WORK/out" 2>&1 </dev/null
  STATUS=$?
  set -e
}

needs_met() { # ID: sets UNMET to the need that failed
  local need
  UNMET=
  eval "set -- \${N_$1-}"
  for need; do
    if eval "case \${S_$need-} in failed | skipped) ;; *) false ;; esac"; then
      UNMET=$need
      return 1
    fi
  done
}

row_done() { # ID: after attempt
  if [ "$STATUS" = 0 ]; then
    mark "$1" changed
    COUNT_CHANGED=$((COUNT_CHANGED + 1))
    emit changed "$1"
  else
    mark "$1" failed
    record_failure "$1"
  fi
}

skip_row() { # ID
  mark "$1" skipped
  COUNT_SKIPPED=$((COUNT_SKIPPED + 1))
  emit skipped "$1" "$UNMET"
}

converge_row() { # ID NAME COLUMN...
  local id=$1
  if ! is_marked "$id" differs; then return 0; fi
  if ! needs_met "$id"; then
    skip_row "$id"
    return 0
  fi
  trial_row "$@"
  emit converging "$id"
  attempt "${KIND}_converge" "$@"
  row_done "$id"
}

skip_unmet() { # ID NAME COLUMN...
  if is_marked "$1" differs && ! needs_met "$1"; then skip_row "$1"; fi
}

any_row() { ANY=1; }

whole_row_done() { # ID: after the attempt of all rows; the output goes with the first failure only
  if [ -f "$WORK/failed.$1" ]; then
    mark "$1" failed
    record_failure "$1" "$WORK/failed.$1"
  else
    row_done "$1"
  fi
  if is_marked "$1" failed; then : >"$WORK/out"; fi
}

batch() { # KIND each|whole ROWS-FUNCTION
  KIND=$1
  ROWS=$3
  CLAIMED=
  "${KIND}_check"
  "$ROWS" claim
  if [ -n "$CLAIMED" ]; then flush "$OWNED"; fi
  if [ "$2" = each ]; then
    "$ROWS" converge_row
    return 0
  fi
  "$ROWS" skip_unmet
  ANY=
  "$ROWS" if_differs any_row
  if [ -n "$ANY" ]; then
    kind_of "$KIND"
    emit converging '' "$REPLACED"
    attempt "${KIND}_converge"
    "$ROWS" if_differs whole_row_done
  fi
}

settle_lines() { # FILE: everything is back in place; what runs with it may take it up again
  local id kind name before
  while IFS=$TAB read -r id kind name before; do
    functions_of "$kind"
    if command -v "${KIND}_settle" >/dev/null; then
      unescaped "$before"
      attempt "${KIND}_settle" "$name" "$UNESCAPED"
      if [ "$STATUS" != 0 ]; then record_failure "$kind:$name"; fi
    fi
  done <"$1"
}

remove_orphans() {
  local id kind name before removed=''
  [ -n "$ORPHANS" ] || return 0
  printf '%s' "$ORPHANS" >"$WORK/orphans"
  while IFS=$TAB read -r id kind name before; do
    functions_of "$kind"
    if command -v "${KIND}_remove" >/dev/null; then
      unescaped "$before"
      attempt "${KIND}_remove" "$name" "$UNESCAPED"
      if [ "$STATUS" = 0 ]; then
        eval "G_$id=1"
        removed="$id$TAB$kind$TAB$name$TAB$before$NL$removed"
        COUNT_CHANGED=$((COUNT_CHANGED + 1))
        emit removed "$kind" "$name"
      else
        record_failure "$kind:$name"
      fi
    else
      emit failed "$kind:$name" 'this program cannot remove a resource of this kind' ''
      COUNT_FAILED=$((COUNT_FAILED + 1))
    fi
  done <"$WORK/orphans"
  if [ -n "$removed" ]; then
    printf '%s' "$removed" >"$WORK/removed"
    settle_lines "$WORK/removed"
    read_manifest disown_line >"$WORK/owned"
    put "$WORK/owned" "$OWNED" 600 0 0
  fi
}

# ---- changes that can cut us off: undone here unless a new connection confirms them

trial_row() { # ID NAME COLUMN...
  if eval "[ -n \"\${T_$1-}\" ]"; then
    escaped "$("${KIND}_before" "$@")"
    kind_of "$KIND"
    printf '%s\t%s\t%s\t%s\n' "$1" "$REPLACED" "$2" "$ESCAPED" >>"$RUN/trial"
  fi
}

undo_trial() {
  local id kind name before lines='' line
  while IFS= read -r line; do lines=$line$NL$lines; done <"$RUN/trial"
  printf '%s' "$lines" >"$WORK/undo"
  while IFS=$TAB read -r id kind name before; do
    functions_of "$kind"
    unescaped "$before"
    if command -v "${KIND}_undo" >/dev/null; then
      attempt "${KIND}_undo" "$name" "$UNESCAPED"
    else
      attempt "${KIND}_remove" "$name" "$UNESCAPED"
    fi
    mark "$id" failed
    COUNT_FAILED=$((COUNT_FAILED + 1))
    COUNT_CHANGED=$((COUNT_CHANGED - 1))
    emit failed "$id" 'undone: no new connection confirmed the change in time' ''
  done <"$WORK/undo"
  settle_lines "$RUN/trial"
  rm -f "$RUN/trial"
}

settle_trial() {
  local deadline now
  [ -f "$RUN/trial" ] || return 0
  rm -f "$RUN/confirmed"
  emit trial "$TRIAL_SECONDS"
  # /proc/uptime does not jump when the clock is set.
  read -r now _ <"/proc/uptime"
  deadline=$((${now%%.*} + TRIAL_SECONDS))
  while [ ! -e "$RUN/confirmed" ]; do
    read -r now _ <"/proc/uptime"
    if [ "${now%%.*}" -ge "$deadline" ]; then
      undo_trial
      return 0
    fi
    sleep 1
  done
  rm -f "$RUN/trial" "$RUN/confirmed"
  emit confirmed
}

# ---- afterwards everything is looked at once more: an apply ends with an empty plan or says why not

verify_row() { # ID NAME COLUMN...
  local id=$1
  if eval "[ \"\${V_$id-}\" = differs ] && case \${S_$id-} in '' | changed) ;; *) false ;; esac"; then
    COUNT_FAILED=$((COUNT_FAILED + 1))
    emit failed "$id" 'still differs after it was converged' ''
  fi
}

verify() { # KIND ROWS-FUNCTION
  KIND=$1
  ROWS=$2
  MARK=V
  QUIET=1
  "${KIND}_check"
  "$ROWS" verify_row
  MARK=S
  QUIET=
}

check() { # KIND ROWS-FUNCTION
  KIND=$1
  ROWS=$2
  "${KIND}_check"
}

want() { # ID...
  local id
  for id; do eval "W_$id=1"; done
}

leave() {
  rm -rf "$WORK"
}

run_check() {
  local id kind name before
  checks check
  if [ -n "$ORPHANS" ]; then
    printf '%s' "$ORPHANS" >"$WORK/orphans"
    while IFS=$TAB read -r id kind name before; do emit orphan "$kind" "$name"; done <"$WORK/orphans"
  fi
}

run_converge() {
  mkdir -p "$STATE"
  chmod 700 "$STATE"
  if [ -f "$RUN/trial" ]; then undo_trial; fi
  remove_orphans
  program
  settle_trial
  if [ "$COUNT_CHANGED" -gt 0 ]; then checks verify; fi
  rm -rf "$STATE/incoming"
  # A node on which nothing is ours any more is as it was.
  if [ ! -s "$OWNED" ]; then rm -rf "$STATE"; fi
}

main() { # check|converge [TRIAL-SECONDS]
  MODE=$1
  TRIAL_SECONDS=${2-60}
  ORPHANS=
  if [ ! -d "$RUN" ]; then
    mkdir -p "$RUN"
    chmod 700 "$RUN"
  fi
  mkdir "$WORK"
  trap leave EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  emit hello 1 "$NODE"
  facts
  if [ -f "$OWNED" ]; then fact managed yes; fi
  wanted
  read_manifest note_owned
  "run_$1"
  emit finished "$COUNT_CHANGED" "$COUNT_FAILED" "$COUNT_SKIPPED" "$REBOOT"
}
