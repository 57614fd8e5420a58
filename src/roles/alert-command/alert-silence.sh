# shellcheck shell=sh
# Runs the command of this node when somebody who watches the cluster was not heard for too long, and again when he is heard. Times are those of the
# uptime: a clock that is set is no silence. What is known of each is written down for whoever asks, with when that was.
# usage: alert-silence FOLDER RUN STATE SECONDS   RUN/beat.NAME: when NAME was heard; STATE/NAME: it was heard at some time, also before this boot

set -eu
LC_ALL=C
export LC_ALL
FOLDER=$1 RUN=$2 STATE=$3 LIMIT=$4
# Between two tries of a command that fails.
AGAIN=10

set --
while IFS= read -r word || [ -n "$word" ]; do set -- "$@" "$word"; done <"$FOLDER/command"

now() { # sets NOW, in seconds
  read -r NOW _ </proc/uptime
  NOW=${NOW%%.*}
}

tell() { # STATUS COMMAND...: what Alertmanager would post (webhook_config); a command that fails is run again
  tried=-$AGAIN status=$1
  shift
  if [ -e "$RUN/tried.$WATCHER" ]; then read -r tried <"$RUN/tried.$WATCHER"; fi
  if [ "$((NOW - tried))" -lt "$AGAIN" ]; then return 1; fi
  if ALERT_STATUS=$status ALERT_NAMES=WatcherSilent timeout 60 "$@" >&2 <<TEXT; then
{"receiver":"alert-silence","status":"$status","alerts":[{"status":"$status","labels":{"alertname":"WatcherSilent","severity":"critical","node":"${WATCHER%%.*}"},"annotations":{"summary":"nothing is heard of who watches on ${WATCHER%%.*}"}}]}
TEXT
    rm -f "$RUN/tried.$WATCHER"
    return
  fi
  echo "$1 failed for WatcherSilent ($status)" >&2
  echo "$NOW" >"$RUN/tried.$WATCHER"
  return 1
}

look() { # COMMAND...
  heard=$STARTED
  if [ -r "$RUN/beat.$WATCHER" ]; then
    read -r heard _ <"$RUN/beat.$WATCHER"
    if [ ! -e "$STATE/$WATCHER" ]; then : >"$STATE/$WATCHER"; fi
  elif [ ! -e "$STATE/$WATCHER" ]; then
    # It may not be there yet.
    echo "never $WATCHER"
    return
  fi
  if [ "$((NOW - heard))" -ge "$LIMIT" ]; then
    echo "silent $WATCHER $((NOW - heard))"
    if [ ! -e "$RUN/silent.$WATCHER" ] && tell firing "$@"; then : >"$RUN/silent.$WATCHER"; fi
  else
    echo "heard $WATCHER $((NOW - heard))"
    if [ -e "$RUN/silent.$WATCHER" ] && tell resolved "$@"; then rm "$RUN/silent.$WATCHER"; fi
  fi
}

now
STARTED=$NOW
while :; do
  now
  {
    while IFS= read -r WATCHER <&3; do look "$@"; done 3<"$FOLDER/watchers"
    now
    echo "looked $NOW"
  } >"$RUN/looked.new"
  mv "$RUN/looked.new" "$RUN/looked"
  sleep 2
done
