# shellcheck shell=sh disable=SC2034,SC2154
# After node.sh and follow.sh: goes on where a connection broke off. Arguments: MARKER RUN FIRST-BYTE

start "$1" "$2"
e=$run.events
if [ ! -f "$e" ]; then
  say gone
  exit
fi
holder
exec 9>&-
if [ "$h" != "$run" ]; then p=- s=-; fi
follow "$3"
