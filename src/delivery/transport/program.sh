# shellcheck shell=sh
# One program as root, over a connection that is there. Its standard streams are those of the session, byte for byte: what is ahead of them
# is told apart by marks. Arguments: MARK PASSWORD-MARK WORD...
#   MARK           written to standard output as a line of its own once we are root, before the program starts
#   PASSWORD-MARK  empty unless a sudo password went ahead: it ends with this line, whether sudo has taken it or not

LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
# A time after which an idle shell is to end is meant for people; some shells take it for every read.
unset TMOUT
printf "\n%s\n" "$1"
if [ -n "$2" ]; then
  while read -r l && [ "$l" != "$2" ]; do :; done
fi
shift 2
exec "$@"
