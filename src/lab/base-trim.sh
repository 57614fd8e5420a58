#!/bin/sh
# Turns a fresh Debian into the base of virtual nodes: no identity, nothing that fails or waits in a container.
# usage: sh base-trim.sh ROOT NODE_FIRST_SH   (sources for apt come on standard input; without any, those that it was made from stay)
set -eu

root=$1
units="$root/etc/systemd/system"

install -D -m 755 "$2" "$root/usr/lib/bramble-lab/first.sh"
cat >"$units/bramble-lab.service" <<'UNIT'
[Unit]
Description=Identity and control groups of a virtual node
DefaultDependencies=no
After=local-fs.target
Before=sysinit.target shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/lib/bramble-lab/first.sh

[Install]
WantedBy=sysinit.target
UNIT
mkdir -p "$units/sysinit.target.wants"
ln -s ../bramble-lab.service "$units/sysinit.target.wants/bramble-lab.service"

# Consoles that nobody looks at, and file systems of the kernel that belong to the computer.
for unit in console-getty.service getty@tty1.service getty.target sys-kernel-debug.mount sys-kernel-tracing.mount \
	sys-kernel-config.mount sys-fs-fuse-connections.mount dev-hugepages.mount systemd-modules-load.service; do
	ln -sf /dev/null "$units/$unit"
done
# The kernel's log is the computer's and would fill that of every node.
install -d "$root/usr/lib/systemd/journald.conf.d"
printf '[Journal]\nReadKMsg=no\n' >"$root/usr/lib/systemd/journald.conf.d/bramble-lab.conf"
# Switched off, not masked: a cluster file may switch these on.
rm -f "$units"/timers.target.wants/*.timer

# Every node makes its own at the first boot.
rm -f "$root"/etc/ssh/ssh_host_*
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id" "$root/etc/hostname" "$root/etc/resolv.conf"

rm -f "$root/etc/apt/apt.conf.d/99mmdebstrap"
sources=$(cat)
if [ -n "$sources" ]; then
	rm -f "$root/etc/apt/sources.list" "$root"/etc/apt/sources.list.d/*
	printf '%s\n' "$sources" >"$root/etc/apt/sources.list.d/debian.sources"
fi
# Read at each start of apt: the lab's own package cache where there is one.
ln -s /run/bramble-lab/apt.conf "$root/etc/apt/apt.conf.d/00bramble-lab"

# What systemd would do at the first boot of each node, done once (systemd-update-done.service(8)).
chroot "$root" ldconfig
chroot "$root" journalctl --update-catalog
chroot "$root" systemd-sysusers
touch "$root/etc/.updated" "$root/var/.updated"
rm -rf "$root"/var/log/apt/* "$root/var/log/dpkg.log" "$root/var/log/bootstrap.log" "$root"/var/cache/ldconfig
