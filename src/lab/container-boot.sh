#!/bin/sh
# Boots one node in namespaces once: control groups, disk, cable, then systemd-nspawn in place of this process.
# Its mount and network namespaces are its own, so the kernel takes both away with the node, however it ends.
# usage: unshare --mount --net --propagation slave sh container-boot.sh FOLDER RUNNER
set -eu

# Clears a group of what the boot before left in it, and joins it. A version 2 group that passes controllers on takes no process.
join_group() {
	find "$1" -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null || :
	if [ -e "$1/cgroup.subtree_control" ]; then
		read -r passed <"$1/cgroup.subtree_control" || :
		for controller in $passed; do
			echo "-$controller" >"$1/cgroup.subtree_control"
		done
	fi
	echo $$ >"$1/cgroup.procs"
}

folder=$1
outside="/proc/$2/ns/net"
base='' machine='' name='' address='' gateway='' bridge='' link='' mac=''
while read -r key value; do
	case $key in
	group) join_group "$value" ;;
	base) base=$value ;;
	machine) machine=$value ;;
	name) name=$value ;;
	address) address=$value ;;
	gateway) gateway=$value ;;
	bridge) bridge=$value ;;
	link) link=$value ;;
	mac) mac=$value ;;
	esac
done <"$folder/settings"

# systemd-nspawn wants /run/systemd/nspawn on a tmpfs (else a node that stops cannot clean up); this one goes with the node.
mount -t tmpfs -o mode=755 bramble-lab /run
mkdir -p /run/systemd/nspawn
mount -t overlay -o "lowerdir=$base,upperdir=$folder/upper,workdir=$folder/work" bramble-lab "$folder/root"

# A cable of the boot before may still be on its way out.
nsenter --net="$outside" ip link delete "$link" 2>/dev/null || :
nsenter --net="$outside" ip link add "$link" type veth peer name eth0 address "$mac" netns $$
nsenter --net="$outside" ip link set "$link" master "$bridge"
[ -e "$folder/cut" ] || nsenter --net="$outside" ip link set "$link" up
ip link set lo up
ip address add "$address/24" dev eth0
ip link set eth0 up
ip route add default via "$gateway"

read -r stat <"/proc/$$/stat"
# shellcheck disable=SC2086 # the fields after the name are to be split
set -- ${stat##*) }
shift 19
printf '%s %s\n' $$ "$1" >"$folder/boot.new"
mv "$folder/boot.new" "$folder/boot"

set -- --bind-ro="$folder/given:/run/bramble-lab" --bind="$folder/var-lib:/var/lib"
# Tunnels, and the kernel's log, which is the computer's: a kubelet does not start without one.
for device in /dev/net/tun /dev/kmsg; do
	if [ -c "$device" ]; then
		set -- "$@" --bind="$device"
	fi
done
# All nodes share the computer's clock, so none may set it.
# The keyring and bpf calls are what runc and its like need; network means the sysctls of the node's own network.
exec env -i PATH="$PATH" SYSTEMD_NSPAWN_API_VFS_WRITABLE=network SYSTEMD_NSPAWN_TMPFS_TMP=0 \
	systemd-nspawn --quiet --register=no --keep-unit --boot --machine="$machine" --hostname="$name" \
	--directory="$folder/root" --network-namespace-path="/proc/$$/ns/net" --capability=all --drop-capability=CAP_SYS_TIME \
	--system-call-filter='@keyring bpf' --resolv-conf=off --timezone=off --link-journal=no \
	--console=read-only "$@"
