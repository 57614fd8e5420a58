# shellcheck shell=sh
# Saves what the servers of Nomad hold, or takes it back. A token is never among the words of a program, which everybody on the node sees; it is in the
# environment of this one alone, which is root's.
# usage: snapshot PROGRAM FOLDER save|restore FILE   folder of the server's certificates; `save` takes its token from there, `restore` from its standard input

set -eu
PROGRAM=$1 FOLDER=$2 VERB=$3 FILE=$4
NOMAD_TOKEN=
case $VERB in
save)
  read -r NOMAD_TOKEN <"$FOLDER/snapshot.token" || :
  # What a run that was cut off has left: the program writes over nothing.
  rm -f "$FILE" "$FILE.tmp"
  ;;
restore) read -r NOMAD_TOKEN || : ;;
esac
if [ -z "$NOMAD_TOKEN" ]; then
  echo "$VERB: there is no token; type bramble backup, which gives it" >&2
  exit 1
fi
export NOMAD_TOKEN NOMAD_ADDR=https://localhost:4646 "NOMAD_CACERT=$FOLDER/ca.pem"
exec "$PROGRAM" operator snapshot "$VERB" "$FILE"
