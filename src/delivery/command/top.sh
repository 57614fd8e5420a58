# shellcheck shell=sh
# What a board says of how it is just now, one `KEY VALUE...` a line. What it does not tell has no line.

LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL PATH

# A virtual node in the lab has the memory of its board, and uses what its own control group says (cgroup v2, else v1).
board=/run/bramble-lab/board
if [ -r "$board" ]; then
  for f in /sys/fs/cgroup/memory.stat /sys/fs/cgroup/memory/memory.stat; do
    if [ -r "$f" ]; then break; fi
  done
  awk -F'[= ]' -v v2="${f##*/memory/memory.stat}" '
    FILENAME == ARGV[1] { if ($1 == "memory") total = $2 / 1024; next }
    /^(total_rss|total_shmem|anon|slab) / || (/^shmem / && v2 != "") { used += $2 / 1024 }
    END { if (total > 0) printf "MemTotal %d\nMemAvailable %d\n", total, total - used }
  ' "$board" "$f" 2>/dev/null
else
  awk '/^(MemTotal|MemAvailable|SwapTotal|SwapFree):/ { sub(":", "", $1); print $1, $2 }' /proc/meminfo
fi
if read -r one five fifteen _ </proc/loadavg; then echo "load $one $five $fifteen"; fi
if n=$(nproc 2>/dev/null); then echo "cpus $n"; fi
# Of the first process: in a container /proc/uptime is that of the computer around it (proc_pid_stat(5), field 22, in hundredths).
awk 'FNR == 1 && FILENAME ~ /uptime/ { up = $1; next } { sub(/.*\) /, ""); print "uptime", up - $20 / 100 }' /proc/uptime /proc/1/stat

# The functions of hardware/board-health.sh come before this.
board_says() { echo "$1 $2"; }
board_health

# Kilobytes: all, used, free; what is full. Of what a device holds, and of the root whatever holds it.
df -P -k 2>/dev/null | awk 'NR > 1 && ($1 ~ /^\/dev\// || $6 == "/") { print "disk", $2, $3, $4, $6 }'
