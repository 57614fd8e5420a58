#!/bin/busybox sh
# shellcheck shell=dash
# First program of the emulated computer: puts memory over this computer's files, which it may only read, and goes there.
# usage: (by the kernel) init PROGRAM ARGUMENT...
set -eu

busybox=/bin/busybox
$busybox mount -t proc proc /proc
$busybox mount -t sysfs sys /sys
$busybox mount -t devtmpfs dev /dev
while read -r module; do
	$busybox insmod "/modules/$module.ko"
done </modules/order
$busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro computer /own
$busybox mount -t tmpfs -o size=90% changes /changes
$busybox mkdir /changes/upper /changes/work
$busybox mount -t overlay -o lowerdir=/own,upperdir=/changes/upper,workdir=/changes/work root /root
for folder in dev proc sys; do
	$busybox mount --move "/$folder" "/root/$folder"
done
exec $busybox switch_root /root "$@"
