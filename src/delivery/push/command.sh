# shellcheck shell=sh
# After node.sh: one command. Arguments: MARKER RUN WORD...

start "$1" "$2"
shift 2
"$@" </dev/null 2>&1
say ended $?
