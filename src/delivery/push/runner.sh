#!/bin/sh
# Runs a program apart from the session that started it, and tidies up. Arguments: RUN SHA256 TRIAL-SECONDS

cd /run/bramble || exit
# Whoever ends the program takes the end of this one for its end.
trap : TERM
sh "$1.$2.sh" converge "$3" >>"$1.events" 2>"$1.errors"
s=$?
# Contents may be secret; they go before anybody is told that this is over.
rm -rf "$1.$2.sh" /var/lib/bramble/incoming
exec 9>lock
flock 9
if [ -s lease ]; then
  read -r h _ <lease
  if [ "$h" = "$1" ]; then rm -f lease; fi
fi
exec 9>&-
{
  echo
  tail -n 20 "$1.errors"
  printf "\n@\tended\t%s\n" "$s"
} >>"$1.events"
rm -f "$1.errors"
