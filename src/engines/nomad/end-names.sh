# shellcheck shell=sh
# Takes what the Nomad client of this node has registered out of its agent of Consul: work that ran when the client was stopped keeps its names, and nobody else takes them away.
# Where Consul does not let go of one, it stays, and is seen failing there.
# usage: end-names FOLDER TOKEN-FILE ADDRESS AUTHORITY   folder of Consul's state, the client's configuration with its token, where to ask whom

set -eu
FOLDER=$1 TOKEN_FILE=$2 ADDRESS=$3 AUTHORITY=$4

# Consul keeps a file for each service, all on one line (agent/agent.go, `persistService`).
cat "$FOLDER"/services/* 2>/dev/null | grep -o '"ID":"_nomad-[^"]*"' | cut -d '"' -f 4 |
  while IFS= read -r id; do
    # No argument and no file holds the token beside the one that has it.
    sed -n 's/.*"token": *"\([^"]*\)".*/\1/p' "$TOKEN_FILE" |
      consul services deregister -http-addr="$ADDRESS" -ca-file="$AUTHORITY" -token-file=/dev/stdin -id="$id" || :
  done
