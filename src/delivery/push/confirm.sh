# shellcheck shell=sh
# After node.sh: tells a program that waits that the node can still be reached. Arguments: MARKER RUN

start "$1" "$2"
# Without a trial the node has started anew since, or has given it up.
if [ -e trial ]; then : >confirmed; fi
say confirmed
