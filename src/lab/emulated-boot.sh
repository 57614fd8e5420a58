#!/bin/sh
# Boots one emulated node: control groups, then QEMU in place of this process. A reboot inside stays inside.
# usage: sh emulated-boot.sh FOLDER
set -eu

here=${0%/*}
folder=$1
base='' machine='' bridge='' link='' mac='' memory=''
while read -r key value; do
	case $key in
	group) echo $$ >"$value/cgroup.procs" ;;
	base) base=$value ;;
	machine) machine=$value ;;
	bridge) bridge=$value ;;
	link) link=$value ;;
	mac) mac=$value ;;
	memory) memory=$value ;;
	esac
done <"$folder/settings"

# A battery clock with the computer's time, or another that holds for this start.
clock=utc
if [ -e "$folder/clock" ]; then
	read -r clock <"$folder/clock"
fi

read -r stat <"/proc/$$/stat"
# shellcheck disable=SC2086 # the fields after the name are to be split
set -- ${stat##*) }
shift 19
printf '%s %s\n' $$ "$1" >"$folder/boot.new"
mv "$folder/boot.new" "$folder/boot"

# QEMU runs it as a program.
install -m 755 "$here/emulated-cable.sh" "$folder/plug-in"

# Without the host's cache a write is on the disk or lost. What QEMU itself remembers of the file (which part is where) goes with it unless
# the node flushes, as in the cache of a disk.
# The cable is a tap that the kernel takes away with QEMU.
# On a busy computer the ticks of the timer come late, and the kernel would take it for broken and stop (kernel-parameters.txt, no_timer_check).
exec env -i PATH="$PATH" LAB_BRIDGE="$bridge" LAB_FOLDER="$folder" qemu-system-x86_64 -name "$machine" \
	-nodefaults -no-user-config -display none -serial stdio -machine pc -accel tcg,thread=multi,tb-size=256 \
	-cpu qemu64 -smp 2 -m "size=${memory}B" -rtc "base=$clock" \
	-kernel "$base/vmlinuz" -initrd "$base/initrd" \
	-append 'root=/dev/vda rootfstype=ext4 rw net.ifnames=0 mitigations=off no_timer_check panic=1 console=ttyS0 quiet' \
	-drive "file=$folder/disk.qcow2,format=qcow2,if=virtio,cache=none,discard=unmap" \
	-drive "file=$folder/second.qcow2,format=qcow2,if=virtio,cache=none,discard=unmap" \
	-netdev "tap,id=net0,ifname=$link,script=$folder/plug-in,downscript=no" \
	-device "virtio-net-pci,netdev=net0,mac=$mac,romfile=" \
	-virtfs "local,path=$folder/given,mount_tag=bramble-lab,security_model=none,readonly=on" \
	-device virtio-serial-pci -chardev "socket,id=agent,path=$folder/agent,server=on,wait=off" \
	-device virtserialport,chardev=agent,name=org.qemu.guest_agent.0 -device virtio-rng-pci
