#!/bin/sh
# Turns a fresh Debian into the base of virtual nodes: no identity, nothing that fails or waits in one.
# usage: sh base-trim.sh ROOT KIND   (KIND: container or emulated; sources for apt come on standard input; without any, those that it
# was made from stay)
set -eu

here=${0%/*}
root=$1
kind=$2
units="$root/etc/systemd/system"

install -D -m 755 "$here/$kind-first.sh" "$root/usr/lib/bramble-lab/before.sh"
install -D -m 755 "$here/node-first.sh" "$root/usr/lib/bramble-lab/first.sh"
cat >"$units/bramble-lab.service" <<'UNIT'
[Unit]
Description=What a virtual node is given
DefaultDependencies=no
RequiresMountsFor=/run/bramble-lab
After=local-fs.target
Before=sysinit.target shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/lib/bramble-lab/before.sh
ExecStart=/usr/lib/bramble-lab/first.sh

[Install]
WantedBy=sysinit.target
UNIT
mkdir -p "$units/sysinit.target.wants"
ln -s ../bramble-lab.service "$units/sysinit.target.wants/bramble-lab.service"

mask() {
	for unit; do
		ln -sf /dev/null "$units/$unit"
	done
}

# Consoles that nobody looks at.
mask console-getty.service getty@tty1.service getty.target
case $kind in
container)
	# File systems of the kernel that belong to the computer.
	mask sys-kernel-debug.mount sys-kernel-tracing.mount sys-kernel-config.mount sys-fs-fuse-connections.mount \
		dev-hugepages.mount systemd-modules-load.service
	# The kernel's log is the computer's and would fill that of every node.
	install -d "$root/usr/lib/systemd/journald.conf.d"
	printf '[Journal]\nReadKMsg=no\n' >"$root/usr/lib/systemd/journald.conf.d/bramble-lab.conf"
	;;
emulated)
	mask serial-getty@ttyS0.service
	# The folder that a node in namespaces has bound; what changes in it shows at once.
	cat >"$units/run-bramble\\x2dlab.mount" <<'UNIT'
[Unit]
Description=What the lab gives to its node
DefaultDependencies=no

[Mount]
What=bramble-lab
Where=/run/bramble-lab
Type=9p
Options=trans=virtio,version=9p2000.L,access=any,cache=none,ro
UNIT
	;;
esac
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
