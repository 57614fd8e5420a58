#!/bin/sh
# Turns the base of emulated nodes into what QEMU boots: a kernel, a small initrd and a disk.
# usage: sh emulated-image.sh ROOT FOLDER GIGABYTES   (the size of the disk, of which only what is written takes room)
set -eu

root=$1
folder=$2

# What it takes to reach the disk and the network; udev finds the rest later, on the disk.
printf 'MODULES=list\nBUSYBOX=n\n' >"$root/etc/initramfs-tools/conf.d/bramble-lab"
printf '%s\n' virtio_pci virtio_blk virtio_net ext4 >>"$root/etc/initramfs-tools/modules"
chroot "$root" update-initramfs -u
cp "$root/vmlinuz" "$folder/vmlinuz"
cp "$root/initrd.img" "$folder/initrd"
truncate -s "${3}G" "$folder/disk"
mke2fs -q -t ext4 -d "$root" "$folder/disk"
