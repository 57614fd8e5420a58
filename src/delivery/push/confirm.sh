# shellcheck shell=sh
# After node.sh: tells a program that waits that the node can still be reached. Arguments: MARKER RUN

start "$1" "$2"
: >confirmed
say confirmed
