# shellcheck shell=sh disable=SC2154
# Session 1, after node.sh. Arguments: MARKER RUN plan|apply DEAD-RUNS BY
# Standard input: a line SHA256 BYTES|- RUNTIME|-, which the controller need not have before we are logged in, and the gzipped
# program; with RUNTIME, the checksum of its beginning that the node keeps, without that. Says absent when the node does not.
# Runs its check in this very shell. An apply for which something differs takes the lease and keeps the program; before that it
# only looks whether somebody else is at work, which costs no process.
# With BYTES, the length of the input, the connection stays for links until standard input ends.

start "$1" "$2"
mode=$3 dead=$4 author=$5
read -r l bytes runtime || exit
kept=$run.$l.sh
r=
if [ "$runtime" != - ]; then
  r=/var/lib/bramble/runtime/$runtime.sh
  l=
  if [ -f "$r" ]; then l=$(sha256sum <"$r"); fi
  if [ "${l%% *}" != "$runtime" ]; then
    rm -f "$r"
    say absent
    exit 75
  fi
fi
others() { # is somebody else at work, or, when their controller may still live, about to be?
  case " $dead " in
  *" $h "*) alive "$p" "$s" ;;
  *) held ;;
  esac
}
refuse_others() {
  others || return 0
  case " $dead " in *" $h "*)
    say running "$h"
    exit 75
    ;;
  esac
  busy
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
elif [ "$mode" = apply ] && rests; then
  holder
  if ! others; then sweep; fi
  exec 9>&-
fi
while [ "$bytes" != - ] && read -r _; do :; done
