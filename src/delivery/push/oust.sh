# shellcheck shell=sh disable=SC2154
# After node.sh: takes the node away from the run that holds it, and ends its program. Arguments: MARKER RUN

start "$1" "$2"
holder
if alive "$p" "$s"; then
  kill -TERM "-$p"
  n=0
  while alive "$p" "$s" && [ $n -lt 10 ]; do
    sleep 1
    n=$((n + 1))
  done
  if alive "$p" "$s"; then kill -KILL "-$p"; fi
  # Whoever follows it need not find out by itself.
  say gone >>"$h.events"
fi
rm -rf lease /var/lib/bramble/incoming
say ousted
