#!/bin/sh
# Writes what Consul's catalog has into a zone that Unbound lays over public names (a response policy zone), as often as it changes.
# usage: follow-catalog DOMAIN ZONE ZONE-FILE
#
# It asks the agent of its own node, without a token: so it sees what anybody sees who asks Consul by DNS. While Consul does not answer,
# the names stay as they were the last time, also over a restart.
set -eu

domain=$1
zone=$2
file=$3
api=http://127.0.0.1:8500/v1
# A service without a check wakes nobody up who waits for checks: the list is looked at this often.
wait_seconds=10
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 0' TERM INT

ask() { # PATH INTO: sets INDEX; fails when there is no complete answer of a cluster that has a leader
  curl --silent --fail --max-time "$((wait_seconds * 2))" --dump-header "$work/header" --output "$2" "$api/$1" || return 1
  INDEX=$(awk 'tolower($1) == "x-consul-index:" { printf "%d", $2 }' "$work/header")
  [ "${INDEX:-0}" -gt 0 ]
}

instances() { # writes all healthy instances of all services, one list behind the other
  jq --raw-output --arg api "$api" 'keys[] | "url = \"\($api)/health/service/\(@uri)?passing\""' "$work/services" >"$work/urls"
  : >"$work/instances"
  [ ! -s "$work/urls" ] || curl --silent --fail --max-time 30 --config "$work/urls" >"$work/instances"
}

names() { # prints the records of the zone, without a doubtful character: whoever registers a service chooses its name, tags and address
  jq --slurp --raw-output --slurpfile nodes "$work/nodes" --arg domain "$domain" '
    def word: type == "string" and test("^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$");
    def four: test("^[0-9]{1,3}([.][0-9]{1,3}){3}$");
    def six: test("^[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*$");
    def digit: "0123456789abcdef"[.:. + 1];
    def hex: split(".") | map(tonumber | ((. / 16 | floor | digit) + (. % 16 | digit))) | join("");
    def address($name): if four then "\($name) A \(.)" elif six then "\($name) AAAA \(.)" else empty end;
    def both($of; $dc): "\($of).\($domain)", (if $dc | word then "\($of).\($dc).\($domain)" else empty end);
    ($nodes[0][] | select(.Node | word) | . as $node
      | both("\($node.Node).node"; $node.Datacenter) as $name | $node.Address | address($name)),
    (.[][] | select((.Service.Service | word) and (.Node.Node | word) and (.Node.Datacenter | word))
      | .Node as $node | .Service as $service
      | (if $service.Address == "" then $node.Address else $service.Address end) as $at
      | (if $at == $node.Address then "\($node.Node).node.\($node.Datacenter).\($domain)"
         elif $at | four then "\($at | hex).addr.\($node.Datacenter).\($domain)" else null end) as $target
      | ("\($service.Service).service", ($service.Tags // [] | .[] | select(word) | "\(.).\($service.Service).service"),
         "_\($service.Service)._tcp.service") as $of
      | both($of; $node.Datacenter) as $name
      | ($at | address($name)),
        (if $target != null and $service.Port > 0 then "\($name) SRV 1 1 \($service.Port) \($target)." else empty end),
        (if $target != null and ($target | test("[.]addr[.]")) then ($at | address($target)) else empty end))
  ' "$work/instances"
}

take_over() { # replaces the zone when the names are other ones, and has Unbound read it; fails and leaves it as it is when it cannot
  names >"$work/unsorted" || return 1
  LC_ALL=C sort -fu "$work/unsorted" >"$work/names" || return 1
  if [ -f "$file" ] && tail -n +4 "$file" | cmp -s - "$work/names"; then return 0; fi
  # shellcheck disable=SC2016 # words of a zone file
  printf '$TTL 5\n%s. SOA localhost. root.localhost. %s 3600 60 86400 5\n%s. NS localhost.\n' "$zone" "$(date +%s)" "$zone" >"$work/head" || return 1
  cat "$work/head" "$work/names" >"$file.new" || return 1
  sync "$file.new" && mv -f "$file.new" "$file" || return 1
  # A resolver that does not run reads it when it starts.
  unbound-control auth_zone_reload "$zone" || :
  printf '%s records of the catalog\n' "$(wc -l <"$work/names")"
}

seen='' checks=0
while :; do
  if ask "health/state/any?index=$checks&wait=${wait_seconds}s" "$work/checks"; then
    # An index that goes back belongs to another history (Consul API documentation, "Blocking Queries").
    if [ "$INDEX" -lt "$checks" ]; then checks=0; else checks=$INDEX; fi
    if ask catalog/services "$work/services" && services=$INDEX && ask catalog/nodes "$work/nodes"; then
      if [ "$seen" != "$checks $services $INDEX" ] && instances && take_over; then seen="$checks $services $INDEX"; fi
      continue
    fi
  fi
  sleep 2
done
