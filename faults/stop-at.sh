#!/bin/sh
# Stands before sh on a node of the lab (in a tmpfs over /usr/local/sbin): a program that converges stops for good at its
# boundary number /run/cut/at, and says so in /run/cut/now; with 0 it goes on and counts in /run/cut/count.
# Everything else is what sh is asked to do.

if [ "${2-}" != converge ]; then exec /bin/sh "$@"; fi
# A step ends with `changed` (a kind that converges as a whole ends all of its rows at once) or `removed`; the first
# `converging` of a kind comes when its rows are in the manifest and nothing of them is done.
cat >/run/cut/hook <<'END'
emit() {
real_emit "$@"
case $1 in
converging) case ${KIND-} in "${CUT_KIND-}") return 0 ;; esac ;;
changed) case ${CUT_LAST-} in changed) return 0 ;; esac ;;
removed | failed | skipped | trial | confirmed | finished) ;;
*) return 0 ;;
esac
CUT_KIND=${KIND-} CUT_LAST=$1 CUT_COUNT=$((${CUT_COUNT-0} + 1))
echo "$CUT_COUNT" >/run/cut/count
read -r CUT_AT </run/cut/at
if [ "$CUT_COUNT" = "$CUT_AT" ]; then
echo "$*" >/run/cut/now
kill -STOP $$
fi
}
END
# The runtime is in the text, or in the file that its first line sources.
awk '
function show(line) {
  if (line != "emit() {") { print line; return }
  while ((getline part < "/run/cut/hook") > 0) print part
  print "real_emit() {"
  found++
}
NR == 1 && /^\. \/var\/lib\/bramble\/runtime\// { while ((getline line < $2) > 0) show(line); next }
{ show($0) }
END { exit found != 1 }' "$1" >/run/cut/program || {
  echo "the function emit was not found in $1" >&2
  exit 1
}
exec /bin/sh /run/cut/program converge "$3"
