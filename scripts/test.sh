#!/bin/sh
# Everything that can be tested on this computer: `npm test`. Sets itself up, goes on after failures, and ends with one
# line `N passed, N failed`. `npm test -- --no-lab` leaves the virtual nodes out.
set -u

cd "$(dirname "$0")/.." || exit 1

PACKAGES='shellcheck devscripts busybox dash strace sudo age openssl gnupg gpgv git procps openssh-client openssh-server
  bind9-dnsutils iproute2 nftables mmdebstrap systemd-container debian-archive-keyring zsh fish tcsh csh locales ssh-audit ansible-core'

# Labs that need minutes each, by the names of test/lanes.
LANES=$(cd test/lanes && echo *)

passed=0
failed=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

say() { printf '\n== %s\n' "$1"; }

count() { # PASSED FAILED
  passed=$((passed + $1))
  failed=$((failed + $2))
}

check() { # NAME PROGRAM ARGUMENT...: counts as one; what it prints shows when it fails
  local name=$1
  shift
  if "$@" >"$work/output" 2>&1; then
    printf 'passed  %s\n' "$name"
    count 1 0
  else
    printf 'FAILED  %s: %s\n' "$name" "$*"
    sed 's/^/    /' "$work/output"
    count 0 1
  fi
}

install_libraries() {
  # A library folder that is older than the lock file belongs to another version of it.
  if [ -e node_modules/.package-lock.json ] &&
    [ -z "$(find package-lock.json -newer node_modules/.package-lock.json)" ]; then
    return 0
  fi
  say 'Installing libraries'
  npm ci --no-audit --no-fund --ignore-scripts --loglevel=error
}

missing_packages() {
  local package
  for package in $PACKAGES; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || printf '%s ' "$package"
  done
}

install_packages() {
  local missing
  command -v apt-get >/dev/null || return 0
  missing=$(missing_packages)
  if [ -z "$missing" ]; then return 0; fi
  if [ "$(id -u)" != 0 ]; then
    say "Not installed, so tests that need them fail; type: sudo apt-get install $missing"
    return 0
  fi
  say "Installing Debian packages: $missing"
  apt-get -q update >"$work/output" 2>&1 || tail -n 3 "$work/output"
  # Services among them are not to start: tests start their own.
  # shellcheck disable=SC2086 # a list of package names
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive \
    apt-get -q -y --no-install-recommends install $missing >"$work/output" 2>&1 || tail -n 20 "$work/output"
}

suite() { # NAME ARGUMENT...: runs vitest and counts its tests
  local name=$1
  shift
  say "$name"
  rm -f "$work/report.json"
  if [ ! -t 1 ]; then set -- "$@" --no-color; fi
  node_modules/.bin/vitest run "$@" --reporter=dot --reporter=json --outputFile.json="$work/report.json"
  # shellcheck disable=SC2046 # two numbers
  count $(node --import jiti/register scripts/count-tests.ts "$work/report.json" "$?")
}

# Prints why there can be no virtual nodes here; nothing when there can.
lab_lacks() {
  if [ "$1" = --no-lab ]; then
    echo '--no-lab was given'
    return 0
  fi
  if [ ! -e dist/lab/preflight.js ]; then
    echo 'the build failed'
    return 0
  fi
  node -e "import('./dist/lab/preflight.js').then(async (lab) => console.log((await lab.labPreflight()).join('\n')))"
  if [ "$(id -u)" = 0 ] && command -v unshare >/dev/null; then
    unshare --mount --net --uts --pid --fork true 2>/dev/null ||
      echo 'root may not make namespaces here: run it outside of the container, or in a privileged one'
  fi
}

lab_tests() { # ARGUMENT
  local lacks
  lacks=$(lab_lacks "$1" | grep .)
  if [ -z "$lacks" ]; then
    suite 'Tests on virtual nodes' --config vitest.lab.config.ts
    return 0
  fi
  say 'Tests on virtual nodes are skipped:'
  printf '%s\n' "$lacks" | sed 's/^/    because /'
  node_modules/.bin/vitest list --config vitest.lab.config.ts 2>/dev/null | sed 's/^/skipped  /'
}

# The Consul that users run; `npm run test:engines` has the other engines. Status 3: no Go here that could build it, so the
# tests that want it are listed as skipped.
build_consul() {
  local status=0
  npm run --silent engines -- consul >"$work/output" 2>&1 || status=$?
  case $status in
  0) printf 'passed  current Consul is built\n' && count 1 0 ;;
  3) say "Tests with the current Consul are skipped: $(cat "$work/output")" ;;
  *) printf 'FAILED  current Consul is built\n' && count 0 1 && sed 's/^/    /' "$work/output" ;;
  esac
}

# Engines have lanes of their own; what was not built has not been run.
tell_engines() {
  say 'Engines'
  printf 'Consul is tested here by its smoke; all of it: npm run test:consul\n'
  for lane in $LANES; do printf 'skipped  the lane %s on virtual nodes: npm run test:%s\n' "$lane" "$lane"; done
  npm run --silent engines -- --missing | sed 's/$/ is not built: npm run test:engines builds and starts it/; s/^/skipped  /'
}

# Node 22 and 24 beside the one that runs this (docs/node-versions.md). Their programs are fetched for Linux on x86-64 alone.
other_nodes() {
  local major path=$PATH own
  if [ "$(uname -s) $(uname -m)" != 'Linux x86_64' ]; then
    say "Tests with Node 22 and 24 are skipped: there is no package of them for $(uname -s) on $(uname -m)"
    return 0
  fi
  say 'Other versions of Node'
  check 'Node 22 and 24 are installed' \
    npm ci --prefix test/node-versions --no-audit --no-fund --ignore-scripts --loglevel=error
  own=$(node --version)
  for major in 22 24; do
    case $own in "v$major."*) continue ;; esac
    [ -x "test/node-versions/node_modules/n$major/bin/node" ] || continue
    PATH=$PWD/test/node-versions/node_modules/n$major/bin:$path
    suite "Tests with Node $(node --version)" --config vitest.node.config.ts
    PATH=$path
  done
}

command -v node >/dev/null || {
  echo 'Node.js 20.19 or newer is needed' >&2
  echo '0 passed, 1 failed'
  exit 1
}
install_libraries
install_packages

say 'Checks'
check 'generated code' npm run --silent generate
check 'build' npm run --silent build
check 'format' node_modules/.bin/prettier --check --log-level warn .
check 'lint' node_modules/.bin/oxlint --type-aware --quiet
check 'types' npm run --silent typecheck
check 'dead code' node_modules/.bin/knip --no-gitignore --no-progress
build_consul
suite 'House rules, units, contracts'
other_nodes
lab_tests "${1-}"
tell_engines

printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
