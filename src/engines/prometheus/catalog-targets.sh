# shellcheck shell=sh
# Writes the services of Consul's catalog that give metrics down as targets (Prometheus, file_sd_config), and again whenever they are others. When the agent does
# not answer, those that were known stay.
# usage: catalog-targets AGENT TAG TOKEN-FILE FOLDER   AGENT: address:port of its API, in the clear

set -eu
AGENT=$1 TAG=$2 TOKEN=$3 FOLDER=$4

# Any agent may answer from what it has, so that it does so without a leader, too. The token goes by a pipe: arguments can be read by everyone.
ask() { # PATH
  printf 'header = "X-Consul-Token: %s"\n' "$(cat "$TOKEN")" |
    curl --config - --silent --show-error --fail --max-time 10 "http://$AGENT/v1/catalog/$1"
}

# What meta says counts; where an instance gives no address of its own it has that of its node (Consul, "Catalog HTTP API").
# shellcheck disable=SC2016 # variables of jq
TARGETS='add // [] | map(
  (.ServiceMeta // {}) as $meta
  | (if .ServiceAddress == "" then .Address else .ServiceAddress end) as $host
  | {
      targets: [(if $host | contains(":") then "[\($host)]" else $host end) + ":\($meta.metrics_port // .ServicePort)"],
      labels: (
        {service: .ServiceName, node: .Node}
        + if $meta.metrics_path then {__metrics_path__: $meta.metrics_path} else {} end
        + if $meta.metrics_scheme then {__scheme__: $meta.metrics_scheme} else {} end
      )
    })'

write_down() { # sorted, as what is equal has to look equal
  ask 'services?stale' >"$FOLDER/services" &&
    jq -r --arg tag "$TAG" 'to_entries[] | select(.value | index($tag)) | .key | @uri' "$FOLDER/services" >"$FOLDER/names" &&
    while IFS= read -r name; do ask "service/$name?stale&tag=$TAG" || return; done <"$FOLDER/names" >"$FOLDER/instances" &&
    jq -s "$TARGETS | sort" "$FOLDER/instances" >"$FOLDER/targets.new" || return
  if cmp -s "$FOLDER/targets.new" "$FOLDER/targets.json"; then return; fi
  mv "$FOLDER/targets.new" "$FOLDER/targets.json"
}

while :; do
  write_down || echo 'Consul does not say which services give metrics; those that were known stay' >&2
  sleep 10
done
