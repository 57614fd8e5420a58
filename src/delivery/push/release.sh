# shellcheck shell=sh disable=SC2034,SC2154
# After node.sh and drop.sh, when nothing is to be converged after all. Arguments: MARKER RUN SHA256

start "$1" "$2"
f=$run.$3.sh
drop
