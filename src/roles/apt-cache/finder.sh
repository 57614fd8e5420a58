# shellcheck shell=sh disable=SC2317
# usage: finder --answers: ends with 0 when a cache answers. finder --wrong: prints what came wrong within a day. finder URI: apt asks it before it fetches from a host (apt.conf(5), Acquire::http::Proxy-Auto-Detect), as the user _apt, and takes what it
# prints for the proxy. It prints a cache that answers now and has given nothing wrong within a day, else the way that the node has without one. It always ends well: apt fails with it.
# Where it prints nothing, because something is wrong with itself, apt goes that way, too.

CACHES=/etc/apt/bramble-caches
TUNNELS=/etc/apt/bramble-tunnels
WORK=

STATUS=0

leave() {
  if [ -n "$WORK" ]; then rm -rf "$WORK"; fi
  exit "$STATUS"
}

without() { # the proxy that the node has for itself, or none
  if [ "$asked" = --answers ]; then STATUS=1; fi
  OWN=
  eval "$(apt-config shell OWN Acquire::http::Proxy 2>/dev/null)"
  printf '%s\n' "${OWN:-DIRECT}"
  exit 0
}

answers() { # CACHE: it sends its own page, and soon
  timeout 5 /usr/lib/apt/apt-helper -o Acquire::http::Proxy=DIRECT -o Acquire::http::Proxy-Auto-Detect= -o Acquire::Retries=0 \
    download-file "$1/acng-report.html" "$WORK/page" >/dev/null 2>&1 && grep -q 'Apt-Cacher NG' "$WORK/page" 2>/dev/null
}

wrong() { # what apt threw away because its checksum was not the one of the lists
  find /var/cache/apt/archives/partial /var/lib/apt/lists/partial -name '*.FAILED' -cmin -1440 2>/dev/null
}

trap leave EXIT
asked=$1
if [ "$asked" = --wrong ]; then
  wrong | sed 's|.*/||; s|\.FAILED$||' | sort
  exit 0
fi
case $1 in
https:*)
  # What is encrypted cannot be kept: it goes through a cache only where a node has no other way.
  host=${1#https://}
  host=${host%%/*}
  grep -qxF "${host%:*}" "$TUNNELS" 2>/dev/null || without
  ;;
esac
if [ "$asked" != --answers ] && [ -n "$(wrong)" ]; then without; fi
WORK=$(mktemp -d 2>/dev/null) || without
while read -r cache; do
  if answers "$cache"; then
    printf '%s\n' "$cache"
    exit 0
  fi
done <"$CACHES"
without
