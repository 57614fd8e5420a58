#!/bin/sh
# Turns the base of emulated nodes into what QEMU boots: a kernel, a small initrd and a disk.
# usage: sh emulated-image.sh ROOT FOLDER GIGABYTES   (the size of the disk, of which only what is written takes room)
set -eu

root=$1
folder=$2

# What it takes to reach the disk, the network and what the lab gives; udev finds the rest later, on the disk. The way to the latter must be
# there before the node's own boot: who mounts while the module is being loaded is told that there is no such thing.
printf 'MODULES=list\nBUSYBOX=n\n' >"$root/etc/initramfs-tools/conf.d/bramble-lab"
printf '%s\n' virtio_pci virtio_blk virtio_net ext4 9pnet_virtio >>"$root/etc/initramfs-tools/modules"
chroot "$root" update-initramfs -u
# What a node makes of its own would never be booted, and take it minutes.
echo 'update_initramfs=no' >"$root/etc/initramfs-tools/update-initramfs.conf"
cp "$root/vmlinuz" "$folder/vmlinuz"
cp "$root/initrd.img" "$folder/initrd"
truncate -s "${3}G" "$folder/disk"
mke2fs -q -t ext4 -d "$root" "$folder/disk"
