# shellcheck shell=sh disable=SC2154
# What a node says of itself at the start of every program; builtins and a handful of processes.

fact() { # KEY VALUE
  if [ -n "$2" ]; then emit fact "$1" "$2"; fi
}

first_line() { # FILE: sets LINE, empty when the file cannot be read
  LINE=
  if [ -r "$1" ]; then read -r LINE <"$1" || :; fi
}

device_tree_text() { # NAME: sets LINE; the value ends with a NUL, which the shell drops
  LINE=
  if [ -r "/proc/device-tree/$1" ]; then LINE=$(tr -d '\0' <"/proc/device-tree/$1"); fi
}

board_facts() {
  local key value model='' serial=''
  if [ -r /run/bramble-lab/board ]; then
    # A node of the lab says what board it stands for.
    while IFS='=' read -r key value; do
      case $key in
      model | serial | memory | architecture | has | emulated) fact "$key" "$value" ;;
      esac
    done </run/bramble-lab/board
    return 0
  fi
  device_tree_text model
  model=$LINE
  if [ -n "$model" ]; then
    device_tree_text serial-number
    serial=$LINE
    device_tree_text hat/product
    fact hat "$LINE"
  fi
  fact model "$model"
  fact serial "$serial"
  while IFS=': ' read -r key value; do
    case $key in
    MemTotal)
      fact memory "$((${value%% *} * 1024))"
      break
      ;;
    esac
  done </proc/meminfo
}

os_facts() {
  local key value
  if [ -r /etc/os-release ]; then
    while IFS='=' read -r key value; do
      value=${value#\"}
      value=${value%\"}
      case $key in
      ID) fact os "$value" ;;
      VERSION_CODENAME) fact os_release "$value" ;;
      esac
    done </etc/os-release
  fi
}

# Bytes in use: of a lab node by its own control group, else of the whole machine. What is only a copy of files does not count.
memory_facts() {
  local key value total='' used=0 file
  if [ -r /run/bramble-lab/board ]; then
    # cgroup v2 (cgroups(7)), else v1 with its totals over all groups below.
    for file in /sys/fs/cgroup/memory.stat /sys/fs/cgroup/memory/memory.stat; do
      [ -r "$file" ] || continue
      while read -r key value; do
        case $key in
        total_rss | total_shmem | anon | shmem | slab)
          case $file:$key in
          */memory/memory.stat:shmem) ;;
          *) used=$((used + value)) ;;
          esac
          ;;
        esac
      done <"$file"
      fact memory_used "$used"
      return 0
    done
  fi
  while IFS=': ' read -r key value; do
    case $key in
    MemTotal) total=${value%% *} ;;
    MemAvailable)
      fact memory_used "$(((total - ${value%% *}) * 1024))"
      return 0
      ;;
    esac
  done </proc/meminfo
}

# What the system was built for. The C library's folder tells it at no cost; where there are several, dpkg knows.
architecture_facts() {
  local library
  first_line /proc/sys/kernel/arch
  fact machine "${LINE:-$(uname -m)}"
  set -- /usr/lib/*-linux-gnu*/libc.so.6
  library=${1%/*}
  case $#${library##*/} in
  1x86_64-linux-gnu) fact debian amd64 ;;
  1aarch64-linux-gnu) fact debian arm64 ;;
  1arm-linux-gnueabihf) fact debian armhf ;;
  *) if command -v dpkg >/dev/null; then fact debian "$(dpkg --print-architecture)"; fi ;;
  esac
}

# How long the first process has run: in a container /proc/uptime is that of the computer around it. Clock ticks after the
# computer's boot, 100 a second on every Linux that Debian is built for (proc_pid_stat(5), field 22; sysconf(3), _SC_CLK_TCK).
uptime_facts() { # UPTIME
  local stat='' ticks
  if [ -r /proc/1/stat ]; then read -r stat </proc/1/stat || :; fi
  # Behind the name, which may hold anything, the 20th field.
  set -f
  # shellcheck disable=SC2086 # the fields are to be split
  set -- "$1" ${stat##*)}
  set +f
  ticks=${21-0}
  case $ticks in
  *[!0-9]*) ticks=0 ;;
  esac
  fact uptime "$((${1%%.*} - ticks / 100))"
}

# Seconds since 1970: when the computer started, by its clock of now (proc_stat(5)), and how long ago that was.
clock_facts() {
  local key value now
  read -r now _ </proc/uptime
  uptime_facts "$now"
  while IFS=' ' read -r key value _; do
    if [ "$key" = btime ]; then
      fact clock "$((value + ${now%%.*}))"
      return 0
    fi
  done </proc/stat
  fact clock "$(date +%s)"
}

time_source_facts() { # who keeps the clock right, once it has (systemd-timesyncd.service(8), FILES)
  if [ -e /run/systemd/timesync/synchronized ]; then fact time_source timesyncd; fi
}

disk_facts() { # size and free space of the root file system in KiB
  LINE=$(df -Pk /) || return 0
  # shellcheck disable=SC2086 # the columns of the last line are to be split
  set -- ${LINE##*"$NL"}
  fact disk "$2 $4"
}

# Where the system gets Debian from (sources.list(5), both formats): other suites of the archive are there, too.
package_facts() {
  local file line word
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.sources /etc/apt/sources.list.d/*.list; do
    [ -r "$file" ] || continue
    set -f
    while read -r line; do
      for word in ${line%%#*}; do
        case ${word%/} in
        http*/debian | http*/raspbian)
          fact apt_archive "${word%/}"
          set +f
          return 0
          ;;
        esac
      done
    done <"$file"
    set +f
  done
}

board_says() { # KEY VALUE
  fact "$1" "$2"
}

facts() {
  if [ -n "$R" ]; then return 0; fi
  architecture_facts
  board_facts
  memory_facts
  os_facts
  package_facts
  first_line /proc/sys/kernel/random/boot_id
  fact boot_id "$LINE"
  first_line /etc/machine-id
  fact machine_id "$LINE"
  first_line /proc/sys/kernel/hostname
  fact hostname "$LINE"
  first_line /proc/sys/kernel/osrelease
  fact kernel "$LINE"
  clock_facts
  time_source_facts
  first_line /etc/ssh/ssh_host_ed25519_key.pub
  fact ssh_host_key "$LINE"
  disk_facts
  if [ -d /etc/cloud/cloud.cfg.d ] && [ ! -e /etc/cloud/cloud-init.disabled ]; then fact cloud_init yes; fi
  if [ -e /run/reboot-required ]; then fact reboot_required yes; fi
  board_health
  # What roles ask, in `facts.sh` of their folders.
  role_facts
}
