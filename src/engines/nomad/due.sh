#!/bin/sh
# Before the work of a run that is made at most once: ends with an error where the run comes too late, because the servers begin work anew that was lost with its node,
# whatever the job says. The job of a run is called NAME/periodic-SECONDS, by the time at which it was due (nomad/periodic.go, deriveJob).
set -eu
SECONDS_LATE_AT_MOST=$1
job=$NOMAD_JOB_ID
due=${job##*-}
late=$(($(date +%s) - due))
if [ "$late" -gt "$SECONDS_LATE_AT_MOST" ]; then
  echo "due $late s ago, and not begun any more: its node was lost, or there was no room" >&2
  exit 75
fi
