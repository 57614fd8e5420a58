# shellcheck shell=sh
# Runs a command where a folder cannot be written to. Arguments: FOLDER COMMAND...; in a mount namespace of its own.
set -eu
folder=$1
shift
mount --bind "$folder" "$folder"
mount -o remount,ro,bind "$folder"
cd "$folder"
exec "$@"
