# shellcheck shell=sh disable=SC2154
# Session 2, after node.sh, drop.sh and follow.sh. Arguments: MARKER RUN SHA256 BYTES z|- sent|- TRIAL-SECONDS BY RUNNER
# Standard input: BYTES of a tar (gzipped with z) of contents and, with `sent`, the program. Starts the program apart from
# the session and passes its events on.

start "$1" "$2"
# Nobody would read what it has to say when it is missing.
if ! command -v setsid >/dev/null; then
  echo "setsid: not found" >&2
  exit 127
fi
S=/var/lib/bramble
f=$run.$3.sh
e=$run.events
holder
if held; then busy; fi
if [ "$h" = "$run" ] && alive "$p" "$s"; then
  say running "$run"
  exit 75
fi
if [ "$6" = - ] && [ ! -s "$f" ]; then
  say absent
  exit 75
fi
lease "$8"

give_up() { # nothing was begun, so the next run need not wait until our time is over
  rm -rf $S/incoming
  drop
  exit 1
}

# What runs that were cut off have left, and the program of session 1 if another one was sent; nobody else's program runs, because the lease is ours.
for l in *.sh *.events *.errors; do
  case $l in
  "$f" | "$run".events | "$run".errors) ;;
  *) if [ -e "$l" ]; then rm -f "$l"; fi ;;
  esac
done
for l in work.*; do
  if [ -d "$l" ] && [ ! -d "/proc/${l##*.}" ]; then rm -rf "$l"; fi
done
rm -rf $S/incoming
mkdir -p $S/incoming || give_up
if [ "$4" != 0 ]; then
  head -c "$4" | tar "-x${5#-}f" - -C $S/incoming || give_up
fi
if [ "$6" = sent ]; then
  cat $S/incoming/program >"$f" || give_up
  rm -f $S/incoming/program
fi

holder
if held; then busy; fi
: >"$e"
setsid sh -c "$9" runner "$run" "$3" "$7" </dev/null >/dev/null 2>&1 9>&- &
p=$!
started $p || :
s=$s0
lease "$8" $p "$s"
follow 1
