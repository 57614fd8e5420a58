#!/bin/sh
# Runs inside a virtual node early in every boot: what a board gets from its image and first start, and what the lab's computer leaves out.
set -eu

given=/run/bramble-lab
kept=/var/lib/bramble-lab

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

# Only what the lab was told anew is written, so that what a cluster file changed later stays.
mkdir -p "$kept"
if ! cmp -s "$given/login" "$kept/login"; then
	read -r user <"$given/login"
	id -u "$user" >/dev/null 2>&1 || useradd --create-home --shell /bin/bash "$user"
	for group in adm sudo; do
		usermod --append --groups "$group" "$user"
	done
	home=$(getent passwd "$user" | cut -d : -f 6)
	install -d -m 700 -o "$user" -g "$user" "$home/.ssh"
	tail -n +2 "$given/login" >"$home/.ssh/authorized_keys"
	chown "$user:$user" "$home/.ssh/authorized_keys"
	chmod 600 "$home/.ssh/authorized_keys"
	printf '%s ALL=(ALL) NOPASSWD: ALL\n' "$user" >"/etc/sudoers.d/010_$user-nopasswd"
	chmod 440 "/etc/sudoers.d/010_$user-nopasswd"
	cp "$given/login" "$kept/login"
fi

[ -e /etc/ssh/ssh_host_ed25519_key ] || ssh-keygen -A >/dev/null
