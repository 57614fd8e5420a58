# shellcheck shell=sh disable=SC2154
# Session 1, after node.sh. Arguments: MARKER RUN plan|apply SHA256 BYTES|- DEAD-RUNS BY RUNTIME|-
# Standard input: the gzipped program; with RUNTIME, the checksum of its beginning that the node keeps, without that. Says absent
# when the node does not. Runs its check in this very shell. An apply for which something differs takes the lease and keeps the
# program; before that it only looks whether somebody else is at work, which costs no process.
# With BYTES, the length of the input, the connection stays for links until standard input ends.

start "$1" "$2"
mode=$3 kept=$run.$4.sh bytes=$5 dead=$6 author=$7
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
refuse_others() {
  case " $dead " in
  *" $h "*) if alive "$p" "$s"; then
    say running "$h"
    exit 75
  fi ;;
  *) if held; then busy; fi ;;
  esac
}
if [ "$mode" = apply ]; then
  look
  refuse_others
  # Nobody comes back for what their programs said.
  for l in $dead; do
    for k in "$l".*; do
      if [ -e "$k" ]; then rm -f "$k"; fi
    done
  done
fi
# The program works in the folder of this name, and takes it away when this shell ends.
w=work.$$
mkdir "$w" || exit
{
  if [ -n "$r" ]; then echo ". $r"; fi
  if [ "$bytes" = - ]; then gzip -dc; else head -c "$bytes" | gzip -dc; fi
} >"$w/program" || {
  rm -rf "$w"
  exit 1
}
set -- check
# shellcheck source=/dev/null
. "./$w/program" </dev/null
if [ "$mode" = apply ] && [ -n "$PENDING" ]; then
  holder
  refuse_others
  mv "$w/program" "$kept"
  lease "$author"
fi
while [ "$bytes" != - ] && read -r _; do :; done
