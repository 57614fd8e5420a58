# shellcheck shell=sh disable=SC2154
# After node.sh: takes the node away from the run that holds it, and ends its program. Arguments: MARKER RUN

start "$1" "$2"
holder
if alive "$p" "$s"; then
  # The runner needs the lock to tidy up.
  exec 9>&-
  kill -TERM "-$p"
  n=0
  while alive "$p" "$s" && [ $n -lt 10 ]; do
    sleep 1
    n=$((n + 1))
  done
  # Of what it has started some may not listen.
  kill -KILL "-$p" 2>/dev/null
  # Whoever follows it need not find out by itself.
  if [ -e "$h.events" ]; then say gone >>"$h.events"; fi
  k=$h
  holder
  # Who came in between has it now.
  if [ "$h" != "$k" ]; then h=; fi
fi
if [ -n "$h" ]; then rm -rf lease /var/lib/bramble/incoming; fi
say ousted
