# shellcheck shell=sh
# Moves what a Vault holds from one storage to another, with Vault's own program and while no Vault runs. What it reads it never changes, but for the lock that
# Vault itself sets there and takes away; what comes out is read back and compared, entry by entry, before anybody goes by it.
# usage: move VERB ARGUMENT...

set -eu
umask 077
W=/var/lib/bramble/vault-move
AT_WORK=/run/bramble-vault-move.pid
VERB=$1
shift

# The unit that a process belongs to.
unit_of() {
  sed -n 's#.*/\([^/]*\.service\)$#\1#p' "/proc/$1/cgroup" | head -n 1
}

# Every server of Vault that runs here, whoever started it.
servers() {
  for comm in /proc/[0-9]*/comm; do
    { read -r name <"$comm"; } 2>/dev/null || continue
    [ "$name" = vault ] || continue
    id=${comm#/proc/} id=${id%/comm}
    [ "$(tr '\0' '\n' <"/proc/$id/cmdline" | sed -n 2p)" = server ] || continue
    printf 'server\t%s\t%s\t%s\n' "$id" "$(unit_of "$id")" "$(readlink "/proc/$id/exe" | sed 's/ (deleted)$//')"
  done
}

# What cannot be an entry: empty, filled with zeros, or cut off. Each is one line of JSON (sdk/physical/file).
damaged() {
  find "$1" -type f -name '_*' -size 0
  find "$1" -type f -name '_*' -size +0 -exec awk \
    'FNR == 1 && ($0 !~ /^\{"/ || $0 !~ /"Value":/ || $0 !~ /\}$/) { print FILENAME }' {} +
}

told() {
  while IFS= read -r path; do printf '%s\t%s\t%s\n' "$1" "${path#"$2"/}" "$(wc -c <"$path" | tr -d ' ')"; done
}

# Runs Vault's own program with the configuration of one step.
migrate() {
  step=$1 config=$2
  shift 2
  printf '%s\n' "$config" >"$W/$step.json"
  if ! "$program" operator migrate "$@" -config="$W/$step.json" >"$W/$step.log" 2>&1; then
    # Vault names neither the entry nor, when a write fails, the reason.
    case $step in
    from) printf 'reading what there is, ' >&2 ;;
    to) printf 'writing it where it is to be, ' >&2 ;;
    back) printf 'reading it back, ' >&2 ;;
    esac
    grep -v "\[INFO\]" "$W/$step.log" | tail -n 3 >&2 || :
    exit 1
  fi
}

# Whoever began it may be gone, and the step go on to its end.
alone() {
  if [ -f "$AT_WORK" ] && read -r id <"$AT_WORK" && grep -q vault-move "/proc/$id/cmdline" 2>/dev/null; then
    printf 'a move is still at work here, as process %s; type the same again when it has ended\n' "$id" >&2
    exit 75
  fi
}

begin_alone() {
  alone
  mkdir -p "$W"
  printf '%s\n' $$ >"$AT_WORK"
}

# A token is never among the words of a program: it comes first on standard input, the authority of Consul after it.
take_secrets() {
  read -r token || :
  printf '%s' "$token" >"$W/consul.token"
  cat >"$W/consul-ca.pem"
  HOME=$W CONSUL_HTTP_TOKEN_FILE=$W/consul.token
  export HOME CONSUL_HTTP_TOKEN_FILE
}

case $VERB in
# CONFIG RAFT STORE UNIT: what is there.
look)
  if [ -f "$1" ]; then
    if grep -q '"consul": {' "$1"; then printf 'storage\tconsul\n'; else printf 'storage\traft\n'; fi
  fi
  [ ! -f "$2/vault.db" ] || printf 'raft\n'
  ! systemctl --quiet is-enabled "$4" 2>/dev/null || printf 'enabled\n'
  [ -z "$3" ] || [ ! -d "$3/core" ] || printf 'store\n'
  if [ -f "$W/state" ]; then printf 'state\t%s\n' "$(cat "$W/state")"; fi
  servers
  ;;
# STORE LIMIT: reads a file store.
read)
  damaged "$1" | told damaged "$1"
  find "$1" -type f -name '_*' -size +"$2"c | told large "$1"
  ;;
# STATE: what is being done is on the disk before it is begun.
mark)
  mkdir -p "$W"
  printf '%s\n' "$1" >"$W/state.new"
  sync
  mv "$W/state.new" "$W/state"
  sync
  ;;
# Is anybody at work?
alone) alone ;;
# PROGRAM LIMIT STAGED FROM TO BACK STATE
copy)
  program=$1 limit=$2 staged=$3
  begin_alone
  take_secrets
  rm -rf "$W/from" "$W/back"
  if [ -n "$staged" ]; then
    rm -rf "$staged"
    mkdir -p "$staged"
  fi
  case $4 in
  # A step that was cut off has left its lock there; that of somebody else is no business of ours.
  *'"storage_source":{"raft"'*) ;;
  *) [ ! -f "$W/begun" ] || migrate reset "$4" -reset ;;
  esac
  : >"$W/begun"
  migrate from "$4"
  find "$W/from" -type f -size +"$limit"c | told large "$W/from" >"$W/large"
  if [ -s "$W/large" ]; then
    cat "$W/large"
    exit 0
  fi
  migrate to "$5"
  migrate back "$6"
  if ! diff -rq "$W/from" "$W/back" >"$W/differs" 2>&1; then
    printf 'what was read back is not what was written\n' >&2
    head -n 3 "$W/differs" >&2
    exit 1
  fi
  printf 'entries\t%s\n' "$(find "$W/from" -type f | wc -l | tr -d ' ')"
  printf '%s\n' "$7" >"$W/state.new"
  sync
  mv "$W/state.new" "$W/state"
  sync
  ;;
# PROGRAM FROM STAGED: nobody moves any more. The lock of a step that was cut off would keep the old Vault from starting.
back)
  program=$1
  begin_alone
  take_secrets
  case $2 in
  *'"storage_source":{"raft"'*) ;;
  *) [ ! -f "$W/begun" ] || migrate reset "$2" -reset ;;
  esac
  [ -z "$3" ] || rm -rf "$3"
  rm -rf "$W"
  ;;
# STAGED RAFT OWNER: what was copied becomes what the server finds.
switch)
  [ -d "$1" ] || { [ -f "$2/vault.db" ] && exit 0; }
  if [ -f "$2/vault.db" ]; then
    printf '%s holds another Vault\n' "$2" >&2
    exit 1
  fi
  chown -R "$3:$3" "$1"
  [ ! -d "$2" ] || rmdir "$2"
  mv "$1" "$2"
  sync
  ;;
# RAFT ASIDE OWNER: what was moved from there is kept beside it.
aside)
  if [ -f "$1/vault.db" ]; then
    [ ! -e "$2" ] || { printf '%s is there already\n' "$2" >&2; exit 1; }
    mv "$1" "$2"
    install -d -m 700 -o "$3" -g "$3" "$1"
    printf 'aside\t%s\n' "$2"
  fi
  ;;
end) rm -rf "$W" "$AT_WORK" ;;
esac
