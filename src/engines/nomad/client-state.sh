# shellcheck shell=sh
# Before a Nomad client starts: what it kept can be read, or it begins anew, as another node. An agent that cannot read its state ends at each start; one that has
# lost it knows nothing of tasks that still run; and under its old identity it would wait for ever to start what the servers take for running
# (client/allocrunner/tasklifecycle, `isInitDone`). The servers miss the old node and give its work to this one, or to another.
# usage: client-state PROGRAM END-WORK UNIT FOLDER SECONDS

set -eu
PROGRAM=$1 END_WORK=$2 UNIT=$3 FOLDER=$4 PATIENCE=$5
STATE=$FOLDER/client

is_id() { # FILE
  grep -qE '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' "$1" 2>/dev/null
}

begin_anew() { # WHY
  echo "$1: what it ran ends, and it comes as another node" >&2
  sh "$END_WORK" "$UNIT" "$FOLDER" "$PATIENCE"
  if [ -e "$STATE/state.db" ]; then mv -f "$STATE/state.db" "$STATE/state.db.damaged"; fi
  rm -f "$STATE/client-id" "$STATE/secret-id"
}

[ -d "$STATE" ] || exit 0
# The servers know a node by both: one without the other is refused for ever.
if ! is_id "$STATE/client-id" || ! is_id "$STATE/secret-id"; then
  begin_anew 'the identity of this client cannot be read'
elif [ ! -s "$STATE/state.db" ]; then
  begin_anew 'the state of this client is lost'
elif ! said=$("$PROGRAM" operator client-state "$STATE" 2>&1 >/dev/null); then
  # Whether it is the state: another agent may hold it, or the program may be the one that does not run.
  case $said in *'another Nomad process'*)
    echo "$said" >&2
    exit 1
    ;;
  esac
  if "$PROGRAM" version >/dev/null; then begin_anew 'the state of this client is damaged'; fi
fi
