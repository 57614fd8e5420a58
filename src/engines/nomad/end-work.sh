# shellcheck shell=sh
# Ends what the Nomad client of this node runs, without any server: tasks get time for their goodbye, then they are killed; executors, mounts and control groups go.
# Only what its own allocations run is touched. What lies in their folders stays.
# usage: end-work UNIT FOLDER SECONDS [stop]   unit of the agent, its folder, how long tasks may take to end by themselves; `stop`: end the agent first

set -eu
UNIT=$1 FOLDER=$2 PATIENCE=$3
ID='[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}'

# One whose folder is gone is told by its executor.
allocations() { # sets ALLOCATIONS: id|id
  ALLOCATIONS=$({
    ls "$FOLDER/alloc" 2>/dev/null || :
    cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\0' '\n' | grep -oE "$FOLDER/alloc/$ID" || :
  } | grep -oE "$ID\$" | sort -u | tr '\n' '|')
  ALLOCATIONS=${ALLOCATIONS%|}
}

# A task runs in a control group ALLOCATION.TASK (client/lib/cgroupslib), what watches it in that of the unit.
alive() { # PATTERN: sets ALIVE to the processes whose control group is such a one
  local file pid
  ALIVE=
  for file in $(grep -lE "$1" /proc/[0-9]*/cgroup 2>/dev/null || :); do
    pid=${file#/proc/} pid=${pid%/cgroup}
    if [ -d "/proc/$pid" ] && [ "$pid" != $$ ] && [ "$pid" != "$PPID" ]; then ALIVE="$ALIVE $pid"; fi
  done
  [ -n "$ALIVE" ]
}

send() { # SIGNAL: to ALIVE; who has ended meanwhile gets none
  # shellcheck disable=SC2086 # one word a process
  kill -s "$1" $ALIVE 2>/dev/null || :
}

goodbye() { # SIGNAL SECONDS
  local left=$2
  alive "$TASKS" || return 0
  send "$1"
  while [ "$left" -gt 0 ] && alive "$TASKS"; do
    sleep 1
    left=$((left - 1))
  done
}

end_containers() {
  local ids
  if [ ! -S /run/docker.sock ]; then return 0; fi
  # The label is on each container of a task (drivers/docker).
  ids=$(docker ps --all --no-trunc --filter label=com.hashicorp.nomad.alloc_id \
    --format '{{.ID}} {{.Label "com.hashicorp.nomad.alloc_id"}}' | grep -E " ($ALLOCATIONS)\$" | cut -d ' ' -f 1)
  if [ -z "$ids" ]; then return 0; fi
  # shellcheck disable=SC2086 # one word a container
  docker stop --time "$PATIENCE" $ids >/dev/null
  # shellcheck disable=SC2086
  docker rm --force $ids >/dev/null
}

end_processes() {
  local left=20
  goodbye INT $((PATIENCE / 2))
  goodbye TERM $((PATIENCE / 2))
  while alive "$TASKS|$WATCHERS"; do
    if [ "$left" = 0 ]; then
      echo "these processes do not end:$ALIVE" >&2
      exit 1
    fi
    send KILL
    sleep 0.5
    left=$((left - 1))
  done
}

# The last mount is the first to go. A path has its blanks as octal numbers (proc(5)).
end_mounts() {
  local real path
  real=$(readlink -f "$FOLDER")
  awk -v folder="$real/" 'index($2, folder) == 1 { path[++n] = $2 } END { while (n > 0) print path[n--] }' /proc/self/mounts |
    while IFS= read -r path; do umount "$(printf '%b' "$path")"; done
}

# The kernel refuses to remove one that holds anything.
end_groups() {
  local group
  for group in /sys/fs/cgroup/nomad.slice /sys/fs/cgroup/*/nomad; do
    if [ -d "$group" ]; then find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || :; fi
  done
}

if [ "${4-}" = stop ]; then systemctl stop "$UNIT"; fi
allocations
WATCHERS="/$UNIT(/|\$)"
TASKS="/(${ALLOCATIONS:-no-allocation})\\."
end_containers
end_processes
if [ -d "$FOLDER" ]; then end_mounts; fi
end_groups
