# shellcheck shell=sh
# Hears one request of an Alertmanager on its standard input (webhook_config) and runs the command of this node with what is posted; socat has
# seen to it that who asks has a certificate. A GET tells whether the command could be run.
# usage: alert-command FOLDER RUN   FOLDER/command: a word a line, FOLDER/watchers: names of who may ask, a line each; RUN/beat.NAME: when NAME was heard to
# watch, by the uptime, and what it said

set -eu
LC_ALL=C
export LC_ALL
CR=$(printf '\r')
# Far more than all alerts of a large cluster.
MOST=1048576

reply() { # STATUS
  printf 'HTTP/1.1 %s\r\nContent-Length: 0\r\nConnection: close\r\n\r\n' "$1"
  exit 0
}

FOLDER=$1 RUN=$2

set --
while IFS= read -r word || [ -n "$word" ]; do set -- "$@" "$word"; done <"$FOLDER/command"

IFS=' ' read -r method path _ || exit 0
length=
while IFS= read -r line; do
  line=${line%"$CR"}
  case $line in
  '') break ;;
  [Cc]ontent-[Ll]ength:*) length=${line#*:} length=${length# } ;;
  esac
done
# Not before all of it is read: what is left unread resets the connection, and the answer may be lost with it.
if ! grep -qxF -e "${SOCAT_OPENSSL_X509_COMMONNAME-}" "$FOLDER/watchers"; then reply '403 Forbidden'; fi
if [ ! -x "$1" ]; then reply '503 Service Unavailable'; fi
case $method in
GET) reply '200 OK' ;;
POST) ;;
*) reply '405 Method Not Allowed' ;;
esac
case $length in '' | *[!0-9]* | ????????*) reply '411 Length Required' ;; esac
if [ "$length" -gt "$MOST" ]; then reply '413 Content Too Large'; fi

posted=$(mktemp)
trap 'rm -f "$posted"' EXIT
head -c "$length" >"$posted"
# It repeats what it was told last for minutes: only a beat that goes on is one.
if [ "$path" = /watchdog ]; then
  said=$(grep -o '"beat":"[0-9]*"' "$posted" | head -n 1 | tr -dc 0-9)
  beat=$RUN/beat.$SOCAT_OPENSSL_X509_COMMONNAME before=
  if [ -e "$beat" ]; then read -r _ before <"$beat"; fi
  if [ -n "$said" ] && [ "$said" != "$before" ]; then
    read -r now _ </proc/uptime
    echo "${now%%.*} $said" >"$beat.new.$$"
    mv "$beat.new.$$" "$beat"
  fi
  reply '200 OK'
fi
# Alertmanager writes these two first, and our names of receivers have no quotes in them.
ALERT_STATUS=$(sed -n '1s/^{"receiver":"[^"]*","status":"\([a-z]*\)".*/\1/p' "$posted")
ALERT_NAMES=$(grep -o '"alertname":"[A-Za-z0-9_]*"' "$posted" | cut -d '"' -f 4 | sort -u | tr '\n' ' ')
ALERT_NAMES=${ALERT_NAMES% }
export ALERT_STATUS ALERT_NAMES
# What the command prints goes to the journal; Alertmanager asks again after a status of 500.
if timeout 60 "$@" <"$posted" >&2; then reply '200 OK'; fi
echo "$1 failed for $ALERT_NAMES ($ALERT_STATUS)" >&2
reply '500 Internal Server Error'
