#!/bin/sh
# Makes the emulated computer what a lab wants, with control groups of version 2 alone; runs a program and switches off.
# usage: emulated-start.sh FOLDER PROGRAM ARGUMENT...   (FOLDER: what emulated-prepare.sh made)
set -u

folder=$1
shift
# Where Node.js looks for packages.
cd "${0%/*}" || exit 1
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
exec </dev/null >/dev/ttyS0 2>&1
mkdir -p /dev/pts /dev/shm /lib/modules
mount -t devpts -o ptmxmode=666 pts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t tmpfs run /run
mount -t tmpfs state /var/lib/bramble
mount -t cgroup2 none /sys/fs/cgroup
mount --bind "$folder/lib/modules" /lib/modules
# The kernel asks for modules by this name.
ln -sf "$folder/bin/busybox" /sbin/modprobe
for module in af_packet bridge nf_tables nft_chain_nat nft_masq tun veth; do
	modprobe "$module"
done
ip link set lo up
"$@"
echo o >/proc/sysrq-trigger
sleep infinity
