#!/bin/sh
# Runs inside a node in namespaces early in every boot, before first.sh: what the computer that it shares a kernel with leaves out.
set -eu

# With control groups of version 1, systemd-nspawn mounts the controllers read-only; container engines need their own below.
while read -r _ folder type options _; do
	case $type,$options in
	cgroup,ro*)
		controllers=${options##*relatime,}
		umount "$folder"
		mount -t cgroup -o "$controllers" cgroup "$folder"
		;;
	esac
done </proc/mounts
# Engines want to pass mounts on to their containers, as on a board.
mount --make-rshared /

# The kernel has these once for all nodes, so no node may set them, and a kubelet does not start unless it has: each node
# gets values of its own to write and read, which change nothing.
own=/run/bramble-lab.settings
if [ ! -d "$own" ]; then
	for setting in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys \
		kernel/keys/root_maxbytes; do
		mkdir -p "$own/${setting%/*}"
		cat "/proc/sys/$setting" >"$own/$setting"
		mount --bind "$own/$setting" "/proc/sys/$setting"
	done
fi
