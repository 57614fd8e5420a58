# shellcheck shell=sh
# A shell that is root and stays: programs one after the other over one session, so that the way to root is gone once. Arguments: MARK PASSWORD-MARK
#   MARK           written to standard output as a line of its own once we are root, and behind what each program printed, with how it ended
#   PASSWORD-MARK  empty unless a sudo password went ahead: it ends with this line, whether sudo has taken it or not
# Standard input: for each program its words as a shell reads them, then a line with the mark. A program has nothing to read.

LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
# A time after which an idle shell is to end is meant for people; some shells take it for every read.
unset TMOUT
mark=$1
printf "\n%s\n" "$mark"
if [ -n "$2" ]; then
  while read -r l && [ "$l" != "$2" ]; do :; done
fi
words=
while IFS= read -r l; do
  if [ "$l" != "$mark" ]; then
    words="$words$l
"
    continue
  fi
  (eval "exec $words") </dev/null
  printf "\n%s %s\n" "$mark" "$?"
  printf "\n%s\n" "$mark" >&2
  words=
done
