# shellcheck shell=sh
# After node.sh: one small text that is no secret, for a file that a service is to find. Arguments: MARKER RUN PATH TEXT

start "$1" "$2"
# The folder may belong to the service: what it has put there under this name is not followed.
rm -f "$3" && set -C && printf "%s\n" "$4" >"$3" && chmod 644 "$3"
say ended $?
