#!/bin/sh
# Fetches Debian's kernel and makes what starts it for an emulated computer whose root is this one's.
# usage: sh emulated-prepare.sh FOLDER INIT
set -eu

folder=$1
init=$2
mkdir -p "$folder.new"
cd "$folder.new"
kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
apt-get -q download "$kernel" busybox-static
for package in ./*.deb; do
	dpkg-deb -x "$package" .
	rm "$package"
done
mv boot/vmlinuz-* vmlinuz
set -- lib/modules/*
busybox=$PWD/bin/busybox
"$busybox" depmod -b . "${1##*/}"

mkdir -p initrd/bin initrd/modules initrd/proc initrd/sys initrd/dev initrd/own initrd/changes initrd/root
cp "$busybox" initrd/bin/
cp "$init" initrd/init
chmod 755 initrd/init
for module in drivers/virtio/virtio_ring drivers/virtio/virtio drivers/virtio/virtio_pci_modern_dev \
	drivers/virtio/virtio_pci_legacy_dev drivers/virtio/virtio_pci net/9p/9pnet net/9p/9pnet_virtio \
	fs/netfs/netfs fs/fscache/fscache fs/9p/9p fs/overlayfs/overlay; do
	cp "$1/kernel/$module.ko" initrd/modules/
	echo "${module##*/}" >>initrd/modules/order
done
(cd initrd && find . | "$busybox" cpio -o -H newc 2>/dev/null) | gzip -1 >initrd.gz
rm -r initrd
mv "$folder.new" "$folder"
