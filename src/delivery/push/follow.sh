# shellcheck shell=sh disable=SC2154
# After node.sh: passes on the events of a program that runs apart from the session.

follow() { # FIRST-BYTE: until the controller says over or goes; any other line asks whether the program p s still lives
  say follows
  tail -c "+$1" -f "$e" </dev/null &
  t=$!
  while read -r q; do
    if [ "$q" = over ]; then
      rm -f "$e"
      break
    fi
    alive "$p" "$s" || say gone >>"$e"
  done
  kill $t
}
