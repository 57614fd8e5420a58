# shellcheck shell=sh disable=SC2154
# Between node.sh and a script that may give up: takes away what a run left on the node.

drop() { # the program f, and the lease if it is ours
  h=
  if [ -s lease ]; then read -r h _ <lease; fi
  if [ "$h" = "$run" ]; then set -- lease; fi
  rm -f "$f" "$@"
}
