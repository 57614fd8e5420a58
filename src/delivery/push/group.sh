# shellcheck shell=sh disable=SC2154
# After node.sh: the lease of a consensus group, as this member of it knows it.
# Arguments: MARKER RUN GROUP take|over|give SECONDS DEAD-RUNS BY
# Who has the lease of most members has the group: what a restart takes away from one of them, the others still have.

start "$1" "$2"
f=group.$3 w=$4
holder
# Whoever changes this member may stop it at any moment, even when nobody leads that run any more.
if [ "$w" != give ] && [ "$h" != "$run" ] && alive "$p" "$s"; then
  say running "$h"
  exit 75
fi
look "$f"
if [ "$w" = give ]; then
  if [ "$h" = "$run" ]; then rm -f "$f"; fi
else
  case " $6 " in *" $h "*) h=- ;; esac
  if [ "$w" = over ]; then h=-; fi
  if held; then busy; fi
  [ "$h" = "$run" ] || since=$N
  echo "$run $since $((N + $5)) - - $7" >"$f" || exit
fi
say granted
