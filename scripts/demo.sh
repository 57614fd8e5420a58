#!/bin/sh
# A five-node Consul datacentre from one file on this computer: `npm run demo`; `npm run demo -- --down` removes it.
set -eu

cd "$(dirname "$0")/.."
EXAMPLE=examples/rainbow
MIRROR=.cache/demo
PACKAGES='mmdebstrap systemd-container debian-archive-keyring iproute2 nftables bind9-dnsutils openssh-client gpgv gnupg'

say() { printf '\n\033[1m%s\033[0m\n' "$1"; }
plain() { printf '\n%s\n' "$1"; }
if [ ! -t 1 ] || [ -n "${NO_COLOR-}" ]; then say() { plain "$1"; }; fi

refuse() {
  printf 'The demo cannot run here: %s.\n%s\n' "$1" "$2" >&2
  exit 1
}

require() {
  [ "$(uname -s)" = Linux ] || refuse 'it needs Linux, for virtual nodes' \
    'Run it in a Debian or Ubuntu machine, virtual or not. Real boards can be managed from here all the same: ./bin/bramble init'
  [ "$(id -u)" = 0 ] || refuse 'it needs root, to make network namespaces and start virtual nodes' \
    'Type: sudo npm run demo'
  command -v node >/dev/null || refuse 'Node.js is missing' 'Install Node.js 20.19 or newer'
}

missing_packages() {
  for package in $PACKAGES; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$package"
  done
}

install_what_is_missing() {
  if [ ! -d node_modules ]; then
    say 'Installing libraries'
    npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
  fi
  command -v apt-get >/dev/null || refuse 'it installs Debian packages with apt-get, which is not here' \
    'Run it on Debian or Ubuntu.'
  missing=$(missing_packages)
  if [ -n "$missing" ]; then
    say "Installing Debian packages: $missing"
    apt-get -q update >/dev/null
    # The lab starts a package cache of its own; the packaged service is not wanted.
    # shellcheck disable=SC2086 # a list of package names
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get -q -y --no-install-recommends install $missing >/dev/null
  fi
  npm run --silent build
}

# The current release, else what is built here, else the package; a demo that is up stays with what it has.
choose_consul() {
  chosen=$(node --import jiti/register scripts/demo-consul.ts "$MIRROR" "$EXAMPLE")
  settings=$(printf '%s\n' "$chosen" | sed -n 1p)
  consul=$(printf '%s\n' "$chosen" | sed -n 2p)
}

# shellcheck disable=SC2086 # settings are words without blanks in them
bramble() { ./bin/bramble -C "$EXAMPLE" --lab $settings "$@"; }

require
if [ "${1-}" = --down ]; then
  [ -d node_modules ] || refuse 'nothing was installed yet' 'Type: npm run demo'
  [ -d dist ] || npm run --silent build
  ./bin/bramble -C "$EXAMPLE" lab down
  rm -rf "$EXAMPLE/.bramble" "$MIRROR"
  echo 'Every trace of the demo is gone, except the cached base image and packages in /var/cache/bramble.'
  exit 0
fi
[ $# = 0 ] || refuse "'$1' is not known" 'Type: npm run demo, or npm run demo -- --down'

install_what_is_missing
choose_consul
plain "$consul"
say 'Five virtual nodes from examples/rainbow/cluster.yaml'
bramble lab up
say 'bramble apply'
bramble apply --yes
say 'bramble status'
bramble status
say 'consul members, asked on bobsrockets'
bramble ssh bobsrockets -- consul members
say 'A service found by DNS: dig ssh.service.mooncarrot.space, asked on wopplefox, a client'
process=$(./bin/bramble lab list --json | node -e '
  const labs = JSON.parse(require("node:fs").readFileSync(0, "utf8"))
  const lab = labs.find(({ folder }) => folder === process.argv[1])
  // As text: with FORCE_COLOR, numbers come in colours.
  console.log(String(lab.nodes.find(({ name }) => name === "wopplefox").pid))' "$PWD/$EXAMPLE")
nsenter --net="/proc/$process/ns/net" dig +noall +answer -p 8600 @127.0.0.1 ssh.service.mooncarrot.space
say 'Try next'
cat <<NEXT
  ./bin/bramble -C examples/rainbow --lab plan $settings       # nothing to do; change the cluster file and look again
  ./bin/bramble -C examples/rainbow lab kill tillystelescopes  # pull a server's plug; then: ... --lab status
  npm run demo -- --down                                       # remove every trace
NEXT
