# shellcheck shell=sh
# Saves what the servers of Vault hold, or takes it back. A snapshot is encrypted by Vault, and opens with the keys of the Vault that it was made of. A token is
# never among the words of a program, which everybody on the node sees; it is in the environment of this one alone, which is root's.
# A Vault that has not begun yet cannot take a snapshot back (its page "raft snapshot restore"). It begins for that moment alone: its one key and its token are in
# the memory of this program and nowhere else, and go with what it held when the snapshot takes its place. A file says so until then.
# usage: snapshot PROGRAM FOLDER ADDRESS SERVERS UNIT DATA save|restore FILE   folder of the certificates, address of the server, those of all servers in one
# word, its unit, folder of its consensus; `save` takes its token from the first folder, `restore` from its standard input

set -eu
PROGRAM=$1 FOLDER=$2 ADDRESS=$3 SERVERS=$4 UNIT=$5 DATA=$6 VERB=$7 FILE=$8
# Each server has this name in its certificate, whatever it is reached by.
export "VAULT_ADDR=$ADDRESS" "VAULT_CACERT=$FOLDER/ca.pem" VAULT_TLS_SERVER_NAME=localhost VAULT_CLIENT_TIMEOUT=15m HOME=/run/bramble
VAULT_TOKEN=
FOR_NOW=$DATA/begun-for-a-snapshot
PATIENCE=180

fail() {
  echo "$VERB: $1" >&2
  exit 1
}

# Sets STATE: new, sealed, open, or silent with what was said in SAID.
look() {
  code=0
  SAID=$("$PROGRAM" status -format=json 2>&1) || code=$?
  case $code-$SAID in
  [02]-*'"initialized": false'*) STATE=new ;;
  [02]-*'"sealed": true'*) STATE=sealed ;;
  0-*) STATE=open ;;
  *) STATE=silent ;;
  esac
}

# A standby sends whoever wants a snapshot to the active server, and Vault's own program takes the empty answer of the standby for the snapshot then
# (`api/client.go`, `httpRequestWithContext`): so the active one is asked at once.
ask_active() {
  look
  [ "$STATE" = open ] || fail "the server is $STATE; type bramble status"
  active=$(printf '%s\n' "$SAID" | sed -n 's/.*"leader_address": "\(https:[^"]*\)".*/\1/p')
  [ -n "$active" ] || fail 'no server is active'
  export "VAULT_ADDR=$active"
}

# Whether it serves whoever has this token.
serves() {
  "$PROGRAM" token lookup >/dev/null 2>&1
}

until_state() { # STATE
  tries=0
  while look && [ "$STATE" != "$1" ]; do
    tries=$((tries + 1))
    [ "$tries" -lt "$PATIENCE" ] || fail "the server is $STATE after $PATIENCE seconds, not $1: $SAID"
    sleep 1
  done
}

until_serving() {
  tries=0
  until serves; do
    tries=$((tries + 1))
    [ "$tries" -lt "$PATIENCE" ] || fail "the server does not serve after $PATIENCE seconds: $("$PROGRAM" token lookup 2>&1 || :)"
    sleep 1
  done
}

save() {
  if [ -r "$FOLDER/snapshot.token" ]; then read -r VAULT_TOKEN <"$FOLDER/snapshot.token" || :; fi
  [ -n "$VAULT_TOKEN" ] || fail 'there is no token; type bramble apply'
  export VAULT_TOKEN
  ask_active
  # It lasts for a month from now on.
  "$PROGRAM" token renew >/dev/null
  rm -f "$FILE"
  exec "$PROGRAM" operator raft snapshot save "$FILE"
}

# Nobody has stored anything in it: nobody else ever had its key.
empty() {
  systemctl stop "$UNIT"
  rm -rf "${DATA:?}"/*
  systemctl start "$UNIT"
  until_state new
}

# A second Vault beside one that has begun would have the same keys, and other data.
nobody_has_begun() {
  for one in $SERVERS; do
    export "VAULT_ADDR=$one"
    look
    [ "$STATE" = new ] || fail "this server is new, and the one at $one is $STATE: type bramble apply, which takes this one in, or take the other out of the cluster file"
  done
  export "VAULT_ADDR=$ADDRESS"
}

restore_into_new() {
  begun=$("$PROGRAM" operator init -key-shares=1 -key-threshold=1 -format=json)
  : >"$FOR_NOW"
  key=$(printf '%s\n' "$begun" | sed -n '/"unseal_keys_b64"/{n;s/^[^"]*"\([^"]*\)".*/\1/p;}')
  VAULT_TOKEN=$(printf '%s\n' "$begun" | sed -n 's/.*"root_token": "\([^"]*\)".*/\1/p')
  printf '%s' "$key" | "$PROGRAM" write sys/unseal key=- >/dev/null
  until_serving
  # From here on there may be in it what was saved.
  rm -f "$FOR_NOW"
  if ! "$PROGRAM" operator raft snapshot restore -force "$FILE"; then
    : >"$FOR_NOW"
    exit 1
  fi
  # What has come has other keys.
  until_state sealed
}

restore_into_open() {
  ask_active
  serves || fail 'the server does not take the token that was given'
  "$PROGRAM" operator raft snapshot restore "$FILE" || fail "if it is one of another Vault (generation: in the cluster file), it can only come back where none has begun"
  # It answers before it has begun to take it back, and nobody while it does.
  sleep 2
  until_serving
}

case $VERB in
save) save ;;
restore)
  read -r VAULT_TOKEN || :
  export VAULT_TOKEN
  if [ -e "$FOR_NOW" ]; then empty; fi
  look
  case $STATE in
  new)
    nobody_has_begun
    restore_into_new
    ;;
  open) restore_into_open ;;
  sealed) fail 'the server is sealed; type bramble apply, which opens it' ;;
  *) fail "the server does not answer: $SAID" ;;
  esac
  ;;
esac
