#!/bin/sh
# Many SSH endpoints on this computer: one sshd on all loopback addresses, behind each address a root of its own.
# Ends with the process that started it, and the kernel takes all mounts away with it.
# usage: unshare --mount --pid --fork --kill-child --mount-proc --propagation private sh endpoints.sh FOLDER BASE ADDRESS...
# In FOLDER: sshd_config, enter.sh; `wanted`, when there is one, is a layer that every root has above BASE.

set -eu
folder=$1
base=$2
shift 2
mount -t tmpfs -o mode=755 endpoints /run
mkdir -p /run/sshd /run/roots /run/layers
# The start-up files of root on this computer are not what is measured here.
sed "s,^\(root:.*\):[^:]*$,\\1:/bin/sh," /etc/passwd >/run/passwd
mount --bind /run/passwd /etc/passwd
layers=$base
# What one endpoint becomes is kept; what many become is thrown away.
upper=$folder/first
if [ -d "$folder/wanted" ]; then
	layers=$folder/wanted:$base
	upper=/run/layers
fi
number=0
for address; do
	number=$((number + 1))
	mkdir -p "$upper/$address/upper/etc" "$upper/$address/work" "/run/roots/$address"
	printf '%032x\n' "$number" >"$upper/$address/upper/etc/machine-id"
	mount -t overlay -o "lowerdir=$layers,upperdir=$upper/$address/upper,workdir=$upper/$address/work" \
		endpoint "/run/roots/$address"
	mount --bind /proc "/run/roots/$address/proc"
done
exec /usr/sbin/sshd -D -e -f "$folder/sshd_config"
