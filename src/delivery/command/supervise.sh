# shellcheck shell=sh
# One program on a node, for somebody who watches it: its output goes on as it is, its end is told, and it does not outlive the watching.
# Arguments: MARK PASSWORD-MARK BYTES WORD...
#   MARK           its lines begin with this: the first, on both outputs, before the program starts; the last, on both, when it has ended
#   PASSWORD-MARK  empty unless a sudo password went ahead: it ends with this line, whether sudo has taken it or not
#   BYTES          so much of standard input is the program's, or - for none
# What comes on standard input after that is nothing; its end means that nobody watches any more, and the program is ended.

unset TMOUT
mark=$1 p=$2 bytes=$3
shift 3
# The node's clock goes with it: whoever puts lines of several nodes in order has to know.
printf "\036%s %s\n" "$mark" "$(date +%s)"
printf "\036%s\n" "$mark" >&2
if [ -n "$p" ]; then
  while read -r l && [ "$l" != "$p" ]; do :; done
fi

ended() { # STATUS [yes]: the last line; yes when we ended it
  printf "\036%s %s %s\n" "$mark" "$1" "$2"
  printf "\036%s\n" "$mark" >&2
}

exec 3<&0 4</dev/null
if [ "$bytes" != - ]; then
  # Whole before the program starts, in memory where there is such a place, and without a name from the first byte on.
  f=$(mktemp -p /dev/shm 2>/dev/null || mktemp) || exit
  # shellcheck disable=SC2094 # two readers of their own, and the writer goes first
  exec 4<"$f" 5<"$f" 6>"$f"
  rm -f "$f"
  head -c "$bytes" <&3 >&6
  if [ "$(wc -c <&5)" -ne "$bytes" ]; then
    echo "the input did not arrive whole; nothing was started" >&2
    ended 1
    exit
  fi
  exec 5<&- 6>&-
fi

pid='' stopped=''
stop() {
  stopped=yes
  if [ -n "$pid" ]; then kill -s TERM -- "-$pid" 2>/dev/null; fi
}
watch() {
  cat >/dev/null
  kill -s TERM $$
}
trap stop TERM

# A session of its own: all that the program starts is ended with it.
setsid sh -c 'exec "$@"' sh "$@" <&4 3<&- 4<&- &
pid=$!
watch <&3 >/dev/null 2>&1 3<&- 4<&- &
exec 4<&-
if [ -n "$stopped" ]; then stop; fi
wait "$pid"
s=$?
if [ -n "$stopped" ]; then
  {
    sleep 5
    kill -s KILL -- "-$pid"
  } </dev/null >/dev/null 2>&1 3<&- &
  k=$!
  wait "$pid"
  s=$?
  kill -s KILL "$k"
  kill -s KILL -- "-$pid"
fi 2>/dev/null
trap '' TERM
ended "$s" "$stopped"
# Until it was heard: a number that the watch knows must not be somebody else's by then.
wait
