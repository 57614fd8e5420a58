# shellcheck shell=sh disable=SC2154
# Whether the kernel counts the memory of control groups: by itself, because its command line asks for it, or not at all; no process.

boot_facts() {
  local state=off name enabled line=''
  if [ -r /sys/fs/cgroup/cgroup.controllers ]; then
    read -r line </sys/fs/cgroup/cgroup.controllers || :
    case " $line " in *' memory '*) state=on ;; esac
  elif [ -r /proc/cgroups ]; then
    while read -r name _ _ enabled; do
      if [ "$name $enabled" = 'memory 1' ]; then state=on; fi
    done </proc/cgroups
  fi
  read -r line </proc/cmdline || :
  case " $line " in *' cgroup_enable=memory '*) state=asked ;; esac
  fact boot.memory_cgroup "$state"
}
