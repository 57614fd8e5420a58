# shellcheck shell=sh
# A server that was taken out of the group never gets back in with the data that it has: they are set aside, and it starts as a new one. What was
# set aside before goes. Safe to repeat: one that was cut off has stopped the server, or has made it a new one already.
# usage: set-aside UNIT FOLDER   unit of the server, folder of its data

set -eu
UNIT=$1 FOLDER=$2
systemctl stop "$UNIT"
OWNER=$(stat -c %u:%g "$FOLDER")
rm -rf "$FOLDER.before"
mv "$FOLDER" "$FOLDER.before"
mkdir -m 700 "$FOLDER"
chown "$OWNER" "$FOLDER"
systemctl start "$UNIT"
