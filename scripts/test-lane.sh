#!/bin/sh
# All of one engine, `npm run test:LANE`: what takes too long for `npm test`, which has a smoke of it. Ends with one line
# `N passed, N failed`.
set -eu

cd "$(dirname "$0")/.."
BRAMBLE_LANE=$1
shift
export BRAMBLE_LANE
report=$(mktemp)
trap 'rm -f "$report"' EXIT

npm run --silent build
status=0
node_modules/.bin/vitest run --config vitest.lane.config.ts --reporter=verbose --reporter=json --outputFile.json="$report" "$@" ||
  status=$?
counts=$(node --import jiti/register scripts/count-tests.ts "$report" "$status")
passed=${counts% *}
failed=${counts#* }
printf '\n%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
