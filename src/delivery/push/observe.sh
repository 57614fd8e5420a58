# shellcheck shell=sh disable=SC2154
# Session 1, after node.sh and drop.sh. Arguments: MARKER RUN plan|apply SHA256 BYTES|- DEAD-RUNS BY RUNTIME|-
# Standard input: the gzipped program; with RUNTIME, the checksum of its beginning that the node keeps, without that. Says absent
# when the node does not. Runs its check. An apply takes the lease, and keeps it and the program if something differs.
# With BYTES, the length of the input, the connection stays for links until standard input ends.

start "$1" "$2"
f=$run.plan
kept=
r=
if [ "$8" != - ]; then
  r=/var/lib/bramble/runtime/$8.sh
  l=
  if [ -f "$r" ]; then l=$(sha256sum <"$r"); fi
  if [ "${l%% *}" != "$8" ]; then
    rm -f "$r"
    say absent
    exit 75
  fi
fi
if [ "$3" = apply ]; then
  f=$run.$4.sh
  holder
  case " $6 " in
  *" $h "*) if alive "$p" "$s"; then
    say running "$h"
    exit 75
  fi ;;
  *) if held; then busy; fi ;;
  esac
  lease "$7"
  # Nobody comes back for what their programs said.
  for l in $6; do
    for k in "$l".*; do
      if [ -e "$k" ]; then rm -f "$k"; fi
    done
  done
fi
{
  if [ -n "$r" ]; then echo ". $r"; fi
  if [ "$5" = - ]; then gzip -dc; else head -c "$5" | gzip -dc; fi
} >"$f" || {
  drop
  exit 1
}
if [ "$3" = plan ]; then
  sh "$f" check </dev/null
else
  sh "$f" check </dev/null |
    awk "/^@\t(differs|orphan)\t/ { d = 1 } /^@\tfinished\t/ { f = 1 } { print; fflush() } END { exit !(d && f) }" && kept=1
fi
if [ -z "$kept" ]; then drop; fi
while [ "$5" != - ] && read -r _; do :; done
